import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../packages/drill/src/server/free-port';
import { Onlooker } from '../../support/onlooker';
import { describeUnless } from '../../support/optional-suite';
import { PROJECT } from '../../support/service-process';
import { until } from '../../support/until';

jest.setTimeout(120_000);

const PM2 = path.join(__dirname, 'node_modules/pm2/bin/pm2');
const obstacle = existsSync(PM2) ? undefined : 'pm2 is not installed: npm ci --prefix test/process/pm2';

describeUnless(obstacle, 'under pm2, with its own defaults but for kill_timeout', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-pm2-'));
  chmodSync(folder, 0o755);
  const file = (name: string) => path.join(folder, name);
  const env = { ...process.env, PM2_HOME: file('home') };
  const pm2 = (...words: string[]) => promisify(execFile)(process.execPath, [PM2, ...words], { env });
  const lines = () =>
    readFileSync(file('log'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  // The daemon that the first command has started, too.
  afterAll(async () => {
    await pm2('kill');
    rmSync(folder, { recursive: true, force: true });
  });

  it('is ready when pm2 says that it has started, and loses no job when pm2 signals every process of the tree', async () => {
    const port = await freePort();
    const app = {
      name: 'lastcall',
      script: path.join(PROJECT, 'dist/bootstrap/main.js'),
      wait_ready: true,
      listen_timeout: 60_000,
      kill_timeout: 20_000,
      out_file: file('log'),
      error_file: file('errors'),
      env: { PORT: String(port), HOST: '127.0.0.1', DATA_FOLDER: file('data') },
    };
    writeFileSync(file('apps.json'), JSON.stringify({ apps: [app] }));
    await pm2('start', file('apps.json'));
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

    const look = () => {
      const embedded = lines().findLast(({ dataFolder }) => dataFolder !== undefined);
      const password = readFileSync(path.join(String(embedded?.dataFolder), 'password'), 'utf8').trim();
      return Onlooker.of(`postgres://postgres:${password}@127.0.0.1:${embedded?.port}/postgres`);
    };
    const onlooker = await look();
    await onlooker.lockJobs();
    const posted = [0, 1, 2, 3, 4, 5].map((index) =>
      fetch(`http://127.0.0.1:${port}/work`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: `job ${index}` }),
      }),
    );
    await onlooker.untilBlocked();
    const stopping = pm2('stop', 'lastcall');
    expect((await Promise.all(posted)).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201]);
    await stopping;
    await onlooker.end().catch(() => {});
    await until('the drain report', () => lines().some(({ event }) => event === 'drain-report'));
    expect(lines().at(-1)).toMatchObject({ event: 'drain-report', reason: 'SIGINT', exitCode: 0 });

    await pm2('start', 'lastcall');
    const after = await look();
    expect(await after.names()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `job ${index}`));
    await after.end();
  });
});
