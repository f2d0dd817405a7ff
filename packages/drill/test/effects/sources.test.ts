import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/postgres';
import { effectsOfCommand } from '../../src/effects/command';
import { effectsOfLog } from '../../src/effects/log-file';
import { effectsOfSql } from '../../src/effects/sql';

const LANE = { lane: 0, environment: {} };

describe('a command', () => {
  const list = (line: string, environment = {}) =>
    effectsOfCommand({ list: line, env: {}, isShared: true })({ lane: 0, environment }).read();

  test('prints an effect a line, and knows the variables of the lane', async () => {
    expect(await list('printf "a\\n\\nb\\n$DATABASE_URL"', { DATABASE_URL: 'postgres://x' })).toEqual([
      'a',
      'b',
      'postgres://x',
    ]);
  });

  test('that fails is told with what it complains of, but for the first time, when there may be nothing yet', async () => {
    const line = 'echo a; echo no such table >&2; exit 3';
    const failing = effectsOfCommand({ list: line, env: {}, isShared: true })(LANE);
    expect(await failing.read()).toEqual([]);
    await expect(failing.read()).rejects.toThrow(/ended with 3: echo.*\nno such table/s);
  });
});

describe('a log', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'drill-log-'));
    file = path.join(folder, 'log');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = (match?: RegExp) =>
    effectsOfLog({ file, match, holdsId: (line) => line.includes('id-') })(LANE);

  test('is read on from where it ended, its last line too, and from the start when it has become shorter', async () => {
    await writeFile(file, 'id-0\n');
    const log = open();
    expect(await log.read()).toEqual(['id-0']);
    await appendFile(file, 'listening\nid-1\nid-2');
    expect(await log.read()).toEqual(['id-1', 'id-2']);
    expect(await log.read()).toEqual([]);
    await writeFile(file, 'id-3\n');
    expect(await log.read()).toEqual(['id-3']);
  });

  test('that begins anew with every start is read from the start, even if it is longer by then', async () => {
    await writeFile(file, 'id-0\nid-1\n');
    const log = open();
    expect(await log.read()).toEqual(['id-0', 'id-1']);
    await writeFile(file, 'id-2\nid-3\nid-4\n');
    expect(await log.read()).toEqual(['id-2', 'id-3', 'id-4']);
    await appendFile(file, 'id-5\n');
    expect(await log.read()).toEqual(['id-5']);
  });

  test('that is there and cannot be read is told from the first time on', async () => {
    await writeFile(file, 'id-0\n');
    const below = effectsOfLog({ file: path.join(file, 'log'), holdsId: () => true })(LANE);
    await expect(below.read()).rejects.toThrow('ENOTDIR');
  });

  test('may be narrowed to some lines, and may come into being with the server, but not later', async () => {
    const log = open(/stored/);
    expect(await log.read()).toEqual([]);
    await expect(log.read()).rejects.toThrow(`there is no file ${file}`);
    await writeFile(file, 'id-1 taken in\nid-1 stored\n');
    expect(await log.read()).toEqual(['id-1 stored']);
  });
});

describe('a query to Postgres', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());
  const connect = async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return client;
  };

  test('waits for the sessions that began after it, and not for those that were there', async () => {
    const before = await connect();
    const rows = effectsOfSql({ query: 'select name from jobs', url: database.url })(LANE);
    expect(await rows.read()).toEqual([]);
    await before.query('create table jobs (name text)');
    const server = await connect();
    expect(await rows.sessions?.()).toBe(1);
    await server.query(`begin; insert into jobs values ('late')`);
    const reading = rows.read();
    await server.query('commit');
    await server.end();
    expect(await reading).toEqual(['late']);
    await before.end();
    await rows.end();
  });

  test('waits for a session that was there before, where it is at work: a target has its own', async () => {
    const server = await connect();
    await server.query('create table jobs (name text)');
    const rows = effectsOfSql({ query: 'select name from jobs', url: database.url })(LANE);
    await rows.read();
    const work = server.query("insert into jobs select 'late' from pg_sleep(0.5)");
    expect(await rows.read()).toEqual(['late']);
    await work;
    await server.end();
    await rows.end();
  });

  test('takes all away where it is told how, and says what is wrong with a query', async () => {
    const client = await connect();
    await client.query(`create table jobs (name text); insert into jobs values ('a')`);
    await client.end();
    const rows = effectsOfSql({ query: 'select name from jobs', url: database.url, reset: 'truncate jobs' })(
      LANE,
    );
    expect(await rows.read()).toEqual(['a']);
    await rows.reset?.();
    expect(await rows.read()).toEqual([]);
    await rows.end();
    const wrong = effectsOfSql({ query: 'select nam from jobs', url: database.url })(LANE);
    await expect(wrong.read()).rejects.toThrow(/column "nam" does not exist.*select nam from jobs/);
    await wrong.end();
  });

  test('that meets a session which does not end says so', async () => {
    const rows = effectsOfSql({ query: 'select 1', url: database.url })(LANE);
    await rows.read();
    const pooler = await connect();
    await expect(rows.read()).rejects.toThrow('outlived the server');
    await pooler.end();
    await rows.end();
  }, 20_000);
});
