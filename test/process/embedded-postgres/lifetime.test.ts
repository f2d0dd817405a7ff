import { renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isListening, killOwners, type Owner, query, startOwner, stopOwner, until } from './harness';
import { newFolder, newProject, removeFolders } from './project';
import { noServersIn, parentOf, postmasterIn, serversIn } from './servers';

jest.setTimeout(60_000);

let project: string;
let data: string;

/** One database for all tests here: making one takes over a second, opening it a twentieth of that. */
beforeAll(async () => {
  project = newProject('shared');
  data = newFolder();
  const owner = startOwner(project, data);
  await query((await owner.told('url')).url, 'CREATE TABLE rows (id int)');
  await stopOwner(owner);
});
afterEach(async () => {
  killOwners();
  await noServersIn(data);
});
afterAll(removeFolders);

/** Starts an owner and adds a row. */
async function startWithRow(): Promise<{ owner: Owner; url: string; rows: number }> {
  const owner = startOwner(project, data);
  const { url } = await owner.told('url');
  await query(url, 'INSERT INTO rows VALUES (1)');
  return { owner, url, rows: await countRows(url) };
}

async function countRows(url: string): Promise<number> {
  return (await query(url, 'SELECT id FROM rows')).length;
}

test('keeps rows over a restart, and stops cleanly', async () => {
  const first = await startWithRow();
  expect((await stopOwner(first.owner)).details).toEqual({});
  expect(serversIn(data)).toEqual([]);
  expect((await startWithRow()).rows).toBe(first.rows + 1);
});

test('ends with its owner when that is killed, and the next owner finds every row', async () => {
  for (let round = 0; round < 3; round++) {
    const { owner, url, rows } = await startWithRow();
    owner.process.kill('SIGKILL');
    await noServersIn(data);
    expect(await isListening(url)).toBe(false);
    const next = await startWithRow();
    expect(next.rows).toBe(rows + 1);
    await stopOwner(next.owner);
  }
});

test('leaves nothing running when the owner is killed at any moment of the start', async () => {
  for (let delayMs = 0; delayMs < 90; delayMs += 7) {
    const owner = startOwner(project, data);
    await owner.told('starting');
    const killAt = performance.now() + delayMs;
    await until('the moment', () => performance.now() >= killAt);
    owner.process.kill('SIGKILL');
    await owner.exited;
    await noServersIn(data);
  }
});

test('stops at once, leaving nothing, when it is told to at any moment of the start', async () => {
  for (let delayMs = 0; delayMs < 90; delayMs += 15) {
    const owner = startOwner(project, data);
    await owner.told('starting');
    const stopAt = performance.now() + delayMs;
    await until('the moment', () => performance.now() >= stopAt);
    owner.process.kill('SIGTERM');
    await owner.exited;
    expect(serversIn(data)).toEqual([]);
  }
});

test('a new owner waits until the Postgres of a killed one has ended', async () => {
  let last = await startWithRow();
  for (let round = 0; round < 3; round++) {
    last.owner.process.kill('SIGKILL');
    const next = await startWithRow();
    expect(next.rows).toBe(last.rows + 1);
    last = next;
  }
});

test('is not reached by Ctrl-C, which goes to the whole process group', async () => {
  const { owner, url, rows } = await startWithRow();
  const client = new Client({ connectionString: url });
  await client.connect();
  const inFlight = client.query('SELECT pg_sleep(0.3)');
  for (let repeat = 0; repeat < 3; repeat++) process.kill(-(owner.process.pid as number), 'SIGINT');
  await expect(inFlight).resolves.toMatchObject({ rowCount: 1 });
  await client.end();
  expect(await countRows(url)).toBe(rows);
});

test('goes on when its keeper is killed, and still ends when the owner is killed after that', async () => {
  const { owner, url, rows } = await startWithRow();
  process.kill(parentOf(postmasterIn(data)), 'SIGKILL');
  expect(await countRows(url)).toBe(rows);
  owner.process.kill('SIGKILL');
  await noServersIn(data);
});

test('goes on when its keeper is killed, and is still stopped cleanly', async () => {
  const { owner, url, rows } = await startWithRow();
  process.kill(parentOf(postmasterIn(data)), 'SIGKILL');
  expect(await countRows(url)).toBe(rows);
  expect((await stopOwner(owner)).details).toEqual({});
  expect(await isListening(url)).toBe(false);
});

test('is taken over by the next owner when its owner and all its keepers were killed', async () => {
  const { owner, rows } = await startWithRow();
  const abandoned = postmasterIn(data);
  const keeper = parentOf(abandoned);
  for (const pid of serversIn(data)) {
    if (pid === keeper || parentOf(pid) === keeper) if (pid !== abandoned) process.kill(pid, 'SIGKILL');
  }
  owner.process.kill('SIGKILL');
  await owner.exited;
  expect(serversIn(data)).toContain(abandoned);
  expect((await startWithRow()).rows).toBe(rows + 1);
  expect(serversIn(data)).not.toContain(abandoned);
});

test('refuses a second service on the same data in one line, and does not disturb the first', async () => {
  const { owner, url, rows } = await startWithRow();
  for (let repeat = 0; repeat < 3; repeat++) {
    const { refused } = await startOwner(project, data).told('refused');
    expect(refused).toBe(
      `the data in ${data}/cluster is in use by another service (process ${owner.process.pid}): ` +
        'stop it, or set DATABASE_URL to use a Postgres of your own',
    );
  }
  expect(await countRows(url)).toBe(rows);
});

test('of services that start at once on the same data, one serves and the others are refused', async () => {
  for (let round = 0; round < 3; round++) {
    const owners = [startOwner(project, data), startOwner(project, data), startOwner(project, data)];
    const outcomes = await Promise.all(owners.map((owner) => owner.outcome()));
    expect(outcomes.filter((told) => told.url)).toHaveLength(1);
    for (const { refused = 'in use' } of outcomes) expect(refused).toContain('in use');
    killOwners();
    await noServersIn(data);
  }
});

test('starts a Postgres again that ends by itself, at the same place', async () => {
  const { owner, url, rows } = await startWithRow();
  const killed = postmasterIn(data);
  process.kill(killed, 'SIGKILL');
  await until('another one', () => postmasterIn(data) > 0 && postmasterIn(data) !== killed);
  let found: number | undefined;
  // Refused while it starts.
  while (found === undefined) found = await countRows(url).catch(() => sleep(20, undefined));
  expect(found).toBe(rows);
  expect((await stopOwner(owner)).details).toEqual({});
  await noServersIn(data);
});

test('leaves a Postgres alone that keeps ending, and says so', async () => {
  const { owner } = await startWithRow();
  const version = path.join(data, 'cluster', 'PG_VERSION');
  renameSync(version, `${version}.away`);
  try {
    process.kill(postmasterIn(data), 'SIGKILL');
    expect((await owner.told('failure')).failure).toContain('keeps ending, and is not started again');
    expect((await stopOwner(owner)).details).toEqual({});
  } finally {
    renameSync(`${version}.away`, version);
  }
});

test('forces the stop when the deadline comes before Postgres has ended, and says so', async () => {
  const { owner } = await startWithRow();
  process.kill(postmasterIn(data), 'SIGSTOP');
  expect((await stopOwner(owner)).details).toEqual({ forced: 1 });
  await noServersIn(data);
});
