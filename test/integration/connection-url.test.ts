import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { NEVER } from '../contract/jobs';
import { InMemoryLog } from '../doubles/in-memory-log';
import { postgresFixture, SETTINGS, stop } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture('all tests');

const WHERE = {
  name: 'test_where',
  sql: `select current_user as user, current_database() as database, current_setting('application_name') as name,
               current_setting('search_path') as path`,
};

/** As whom, and where to, the sessions of `url` are. */
async function sessions(url: string, environment: NodeJS.ProcessEnv = {}) {
  const database = new PostgresPool(
    { url: () => url, environment },
    { ...SETTINGS, size: 1 },
    new InMemoryLog(),
  );
  try {
    await database.start(NEVER);
    return (await database.run(WHERE, [])).rows[0];
  } finally {
    await stop(database);
  }
}

/** The test server behind a Unix socket, whatever it listens on itself. */
let folder: string;
let door: Server;
const open = new Set<Socket>();
let parts: { user: string; password: string; database: string; host: string; port: string };

beforeAll(async () => {
  const { username, password, pathname, hostname, port } = new URL(fixture().testDatabase.url);
  parts = { user: username, password, database: pathname.slice(1), host: hostname, port };
  folder = mkdtempSync(path.join(tmpdir(), 'lastcall-socket-'));
  door = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) open.add(socket.on('error', () => {}));
    client.pipe(server).pipe(client);
  });
  await once(door.listen(path.join(folder, '.s.PGSQL.5432')), 'listening');
});

afterAll(() => {
  for (const socket of open) socket.destroy();
  door.close();
  rmSync(folder, { recursive: true });
});

describe('a Unix socket is found in each form, TLS or not:', () => {
  it.each<[form: string, url: () => string, environment?: () => NodeJS.ProcessEnv]>([
    ['?host=', () => `postgres://${parts.user}:${parts.password}@/${parts.database}?host=${folder}`],
    [
      '?host= and sslmode',
      () => `postgres://${parts.user}:${parts.password}@/${parts.database}?host=${folder}&sslmode=require`,
    ],
    [
      '%2F',
      () => `postgres://${parts.user}:${parts.password}@${encodeURIComponent(folder)}:5432/${parts.database}`,
    ],
    ['socket:', () => `socket://${parts.user}:${parts.password}@${folder}?db=${parts.database}`],
    [
      'a folder and a database',
      () => `${folder} ${parts.database}`,
      () => ({ PGUSER: parts.user, PGPASSWORD: parts.password, PGSSLMODE: 'verify-full' }),
    ],
    [
      'the second of two hosts',
      () =>
        `postgres://${parts.user}:${parts.password}@127.0.0.1:1,${encodeURIComponent(folder)}/${parts.database}`,
    ],
    [
      'nothing but the environment',
      () => 'postgres://',
      () => ({ PGHOST: folder, PGUSER: parts.user, PGPASSWORD: parts.password, PGDATABASE: parts.database }),
    ],
  ])('%s', async (_, url, environment = () => ({})) => {
    const { user, database } = parts;
    expect(await sessions(url(), environment())).toMatchObject({ user, database, name: 'lastcall' });
  });
});

it('hands the options of the URL on, or else those of the environment, and none that pg has found by itself', async () => {
  const { url } = fixture().testDatabase;
  const given = `${url}?options=-c%20search_path%3Dgiven&application_name=mine`;
  const PGOPTIONS = '-c search_path=surroundings';
  process.env.PGOPTIONS = PGOPTIONS;
  try {
    expect(await sessions(given, { PGOPTIONS, PGAPPNAME: 'x' })).toMatchObject({
      path: 'given',
      name: 'mine',
    });
    expect(await sessions(url, { PGOPTIONS, PGAPPNAME: 'x' })).toMatchObject({
      path: 'surroundings',
      name: 'lastcall',
    });
    expect(await sessions(url)).toMatchObject({ path: '"$user", public' });
  } finally {
    delete process.env.PGOPTIONS;
  }
});

it('looks a password that is nowhere else up in the password file, and says when it is not there either', async () => {
  const { user, password, database, host, port } = parts;
  const url = `postgres://${user}@${host}:${port}/${database}`;
  const file = path.join(folder, 'pgpass');
  process.env.PGPASSFILE = file;
  try {
    await expect(sessions(url)).rejects.toThrow(
      /neither DATABASE_URL, PGPASSWORD nor the password file has one/,
    );
    writeFileSync(file, `${host}:${port}:*:${user}:${password}\n`);
    chmodSync(file, 0o600);
    expect(await sessions(url)).toMatchObject({ user });
  } finally {
    delete process.env.PGPASSFILE;
  }
});
