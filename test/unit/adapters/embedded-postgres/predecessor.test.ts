import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { retirePredecessor } from '../../../../src/adapters/embedded-postgres/predecessor';

const never = new AbortController().signal;
let cluster: string;
let lock: string;

beforeEach(async () => {
  cluster = await mkdtemp(path.join(tmpdir(), 'lastcall-cluster-'));
  lock = path.join(cluster, 'postmaster.pid');
});
afterEach(() => rm(cluster, { recursive: true }));

test('a cluster without a lock file is free', async () => {
  await expect(retirePredecessor(cluster, never)).resolves.toBeUndefined();
});

test.each(['', 'not a number\n', '0\n', '2147483647\n/somewhere\n'])(
  'leaves the lock file %j to Postgres',
  async (text) => {
    await writeFile(lock, text);
    await retirePredecessor(cluster, never);
    expect(await readFile(lock, 'utf8')).toBe(text);
  },
);

test('takes only the process id out of the lock of a process that is not a Postgres', async () => {
  await writeFile(lock, `${process.pid}\n${cluster}\n1700000000\n5432\n`);
  await retirePredecessor(cluster, never);
  expect(await readFile(lock, 'utf8')).toBe(`2147483647\n${cluster}\n1700000000\n5432\n`);
});
