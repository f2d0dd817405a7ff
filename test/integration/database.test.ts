import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { StoreUnavailable } from '../../src/domain/intake/errors';
import { componentContract } from '../contract/component.contract';
import { NEVER } from '../contract/jobs';
import { readinessProbeContract } from '../contract/readiness-probe.contract';
import { SCHEMA_PARTS } from '../support/jobs-in-postgres';
import { until } from '../support/until';
import { postgresFixture, stop } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture();

const SLEEP = { name: 'test_sleep', sql: 'select pg_sleep($1)' };

describe('PostgresPool as Component', () => componentContract(() => fixture().database()));
describe('PostgresSchema as Component', () =>
  componentContract(async () => {
    const database = fixture().database();
    await database.start(NEVER);
    return new PostgresSchema(database, SCHEMA_PARTS, fixture().log);
  }));

describe('PostgresPool as ReadinessProbe', () => {
  readinessProbeContract(async () => {
    const database = fixture().database();
    await database.start(NEVER);
    return {
      probe: database,
      cut: async () => {
        await fixture().onlooker.end();
        await fixture().testDatabase.drop();
      },
    };
  });
});

describe('starting', () => {
  it('says what it is: application_name, and statement_timeout as configured', async () => {
    const database = fixture().database({ statementTimeoutMs: 1_234 });
    await database.start(NEVER);
    const { rows } = await database.run(
      {
        name: 'test_settings',
        sql: `select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`,
      },
      [],
    );
    expect(rows).toEqual([{ name: 'lastcall', timeout: '1234ms' }]);
  });

  it('waits for a database that is late, and logs every attempt', async () => {
    const { hostname, port } = new URL(fixture().testDatabase.url);
    const relay = createServer((socket) => {
      const onward = connect(Number(port), hostname);
      socket.pipe(onward).pipe(socket);
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
    });
    const relayPort = await portOf(relay);
    await close(relay);
    const url = new URL(fixture().testDatabase.url);
    url.host = `127.0.0.1:${relayPort}`;
    const database = fixture().database({}, url.href);
    const starting = database.start(NEVER);
    await until('the second attempt', () => retries().length >= 2);
    await new Promise<void>((resolve) => relay.listen(relayPort, '127.0.0.1', resolve));
    await starting;
    await database.check();
    expect(retries()[0]?.fields).toMatchObject({
      attempt: 1,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    await stop(database);
    await close(relay);
  });

  it('gives up with one readable error, and its cause, after the configured time', async () => {
    const database = fixture().database({ connectTimeoutMs: 300 }, 'postgres://127.0.0.1:1/none');
    const began = performance.now();
    await expect(database.start(NEVER)).rejects.toMatchObject({
      message: expect.stringMatching(/^the database cannot be reached: .*ECONNREFUSED/),
      cause: expect.anything(),
    });
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    expect(retries().length).toBeGreaterThan(0);
  });

  it('gives up in time on a server that accepts the connection and never speaks', async () => {
    const silent = await silentServer();
    const database = fixture().database({ connectTimeoutMs: 300, acquireTimeoutMs: 60_000 }, silent.url);
    const began = performance.now();
    await expect(database.start(NEVER)).rejects.toThrow(/^the database cannot be reached/);
    expect(await stop(database)).toMatchObject({ forced: 0 });
    expect(performance.now() - began).toBeLessThan(5_000);
    await silent.close();
  });

  it('rejects promptly when it is aborted, and stop leaves no connection behind', async () => {
    const silent = await silentServer();
    const database = fixture().database({ acquireTimeoutMs: 60_000 }, silent.url);
    const abort = new AbortController();
    const starting = database.start(abort.signal);
    const settled = expect(starting).rejects.toThrow('enough');
    await until('the connection', () => silent.sockets.size > 0);
    abort.abort(new Error('enough'));
    await settled;
    expect(await stop(database)).toMatchObject({ forced: 0 });
    await until('the end of the connection', () => silent.sockets.size === 0);
    await silent.close();
  });
});

it('asks once, however many want to know whether it answers', async () => {
  const database = fixture().database({ size: 2 });
  await database.start(NEVER);
  await Promise.all(Array.from({ length: 100 }, () => database.check()));
  expect(database.counts().total).toBe(1);
});

describe('stopping', () => {
  it('resolves only when the server knows of no connection any more', async () => {
    for (let round = 0; round < 10; round += 1) {
      const database = fixture().database({ size: 8 });
      await database.start(NEVER);
      await Promise.all(Array.from({ length: 8 }, () => database.run(SLEEP, [0.01])));
      expect(await fixture().onlooker.sessions()).toBe(8);
      await stop(database);
      expect(await fixture().onlooker.sessions()).toBe(0);
    }
  });

  it('lets what runs finish', async () => {
    const database = fixture().database();
    await database.start(NEVER);
    const running = database.run(SLEEP, [0.2]);
    await until('the statement', async () => (await active()) > 0);
    expect(await stop(database)).toMatchObject({ forced: 0 });
    await running;
  });

  it('cuts what still runs at the deadline, and says how much', async () => {
    const database = fixture().database();
    await database.start(NEVER);
    const running = Promise.allSettled([database.run(SLEEP, [60]), database.run(SLEEP, [60])]);
    await until('the statements', async () => (await active()) === 2);
    const deadline = Deadline.in(100);
    expect(await database.stop(deadline)).toMatchObject({ forced: 2 });
    for (const result of await running) expect(result.status).toBe('rejected');
    await until('they run in the server no more', async () => (await active()) === 0, 900);
  });

  it('leaves statements of nobody: after it, none may be run', async () => {
    const database = fixture().database();
    await database.start(NEVER);
    await stop(database);
    await expect(database.check()).rejects.toThrow(StoreUnavailable);
  });
});

function retries() {
  return fixture().log.lines.filter(({ message }) => message.startsWith('the database does not answer yet'));
}

async function active(): Promise<number> {
  const rows = await fixture().onlooker.query(
    `select 1 from pg_stat_activity where datname = current_database()
     and application_name = 'lastcall' and wait_event = 'PgSleep'`,
  );
  return rows.length;
}

/** Accepts connections, reads, and never says a word. */
async function silentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  const port = await portOf(server);
  const stopServer = async () => {
    for (const socket of sockets) socket.destroy();
    await close(server);
  };
  return { url: `postgres://nobody@127.0.0.1:${port}/none`, sockets, close: stopServer };
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
