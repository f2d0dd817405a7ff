import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Onlooker } from '../../support/onlooker';
import { ServiceProcess } from '../../support/service-process';
import { until } from '../../support/until';

jest.setTimeout(120_000);

const DATA_FOLDER = mkdtempSync(path.join(tmpdir(), 'lastcall-tree-'));
// The embedded Postgres of root runs as another user.
chmodSync(DATA_FOLDER, 0o755);
afterEach(() => ServiceProcess.killAll());
afterAll(() => rmSync(DATA_FOLDER, { recursive: true, force: true }));

async function start(): Promise<ServiceProcess> {
  const service = ServiceProcess.spawn({ env: { DATA_FOLDER, DATABASE_STATEMENT_TIMEOUT_MS: '5000' } });
  await service.line('ready', 60_000);
  return service;
}

/** A look into the embedded Postgres of a running service. */
function look({ lines }: ServiceProcess): Promise<Onlooker> {
  const embedded = lines.find(({ dataFolder }) => dataFolder !== undefined);
  const password = readFileSync(path.join(String(embedded?.dataFolder), 'password'), 'utf8').trim();
  return Onlooker.of(`postgres://postgres:${password}@127.0.0.1:${embedded?.port}/postgres`);
}

/** Everything below a process, the innermost first. */
function below(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        return [];
      }
    });
  const children = parents.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [...below(child.pid), child.pid]);
}

function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by what another was told.
    }
  }
}

/** Six jobs in flight: some wait in the database for a lock, the others in the service for their turn. */
async function sixInFlight(service: ServiceProcess, prefix: string) {
  const onlooker = await look(service);
  await onlooker.lockJobs();
  const first = [0, 1].map((index) => service.post(`${prefix} ${index}`));
  await onlooker.untilBlocked();
  const posted = [...first, ...[2, 3, 4, 5].map((index) => service.post(`${prefix} ${index}`))];
  // Those too have been taken in once a request behind them has been.
  await service.fetch('/livez');
  return { posted, forget: () => onlooker.end().catch(() => {}) };
}

it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const)(
  'drains as ever when every process of the tree gets %s, the embedded Postgres included',
  async (signal) => {
    const service = await start();
    const { posted, forget } = await sixInFlight(service, signal);
    const tree = below(service.child.pid as number);
    expect(tree.length).toBeGreaterThan(5);
    signalEach([...tree, service.child.pid as number], signal);
    if (signal === 'SIGHUP') await forget();
    const answers = await Promise.all(posted);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(await service.exitCode()).toBe(0);
    expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', outcome: 'clean', reason: signal });
    await until('nothing is left', () => tree.every((pid) => !existsSync(`/proc/${pid}`)));
    await forget();

    const next = await start();
    const onlooker = await look(next);
    const names = (await onlooker.names()).filter((name) => name.startsWith(signal));
    await onlooker.end();
    expect(names).toEqual([0, 1, 2, 3, 4, 5].map((index) => `${signal} ${index}`));
    next.signal();
    expect(await next.exitCode()).toBe(0);
  },
);

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'starts its Postgres again when that one alone gets %s, and goes on',
  async (signal) => {
    const service = await start();
    const postmaster = Number(service.lines.find(({ dataFolder }) => dataFolder !== undefined)?.pid);
    signalEach([...below(postmaster), postmaster], signal);
    const restarted = ({ msg }: { msg: string }) =>
      msg.startsWith('the embedded Postgres has ended, starting it again');
    await until('the restart', () => service.lines.some(restarted));
    await until('a 201', async () => (await service.post(`after ${signal}`)).status === 201);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  },
);
