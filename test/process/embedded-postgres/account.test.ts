import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeUnless } from '../../support/optional-suite';
import { PROJECT, ServiceProcess } from '../../support/service-process';

jest.setTimeout(60_000);

/** A mount namespace of its own, whose /etc is a copy without the user: nothing is created on this machine. */
const WITHOUT_USER = `
  cp -a /etc/. "$1" && sed -i /^postgres:/d "$1"/passwd "$1"/group "$1"/shadow "$1"/gshadow
  mount --bind "$1" /etc && exec "$2" "$3"`;

const inNamespace = (script: string, ...words: string[]) =>
  ['unshare', '--mount', 'sh', '-c', script, 'sh', ...words] as const;

function obstacle(): string | undefined {
  if (process.geteuid?.() !== 0) return 'needs root';
  const [program, ...words] = inNamespace('true');
  return spawnSync(program, words).status === 0 ? undefined : 'no mount namespace can be made';
}

describeUnless(obstacle(), 'root without a user "postgres"', () => {
  const folders = ['etc', 'data'].map((name) =>
    mkdtempSync(path.join(tmpdir(), `lastcall-account-${name}-`)),
  );
  afterAll(async () => {
    await ServiceProcess.killAll();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('is told of the user that is created, and of the way out, before it happens', async () => {
    const [etc, data] = folders as [string, string];
    const main = path.join(PROJECT, 'dist/bootstrap/main.js');
    const service = ServiceProcess.spawn({
      command: [...inNamespace(WITHOUT_USER, etc, process.execPath, main)],
      env: { DATA_FOLDER: data },
    });
    await service.line('ready', 30_000);
    const [first] = service.lines.filter(({ msg }) => /postgres/i.test(msg));
    expect(first).toMatchObject({
      level: 'warn',
      msg: expect.stringMatching(
        /user "postgres" is created now .* start the service as an ordinary user, or set DATABASE_URL/,
      ),
    });
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
});
