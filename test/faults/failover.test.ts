import { Onlooker } from '../support/onlooker';
import { ServiceProcess } from '../support/service-process';
import { TcpProxy } from '../support/tcp-proxy';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get, post } from './support/post';
import { PrivatePostgres } from './support/private-postgres';

jest.setTimeout(120_000);

/** Two servers: one takes writes, the other follows it by streaming replication. */
let primary: PrivatePostgres;
let standby: PrivatePostgres;
beforeAll(async () => {
  primary = await PrivatePostgres.start();
  await primary.stop('fast');
  standby = await primary.copy();
  await primary.start();
  await standby.follow(primary);
  await standby.start();
});
afterEach(async () => {
  await ServiceProcess.killAll();
  await TcpProxy.closeAll();
});
afterAll(() => Promise.all([primary.remove(), standby.remove()]));

/** The primary goes away, its standby takes over, and the old one comes back as the standby of the new one. */
async function switchOver(): Promise<void> {
  // One that does not stream yet would not get what the primary has left.
  await until('the standby streams', async () => {
    return (await primary.query("select 1 from pg_stat_replication where state = 'streaming'")).length === 1;
  });
  await primary.stop('fast');
  await standby.promote();
  [primary, standby] = [standby, primary];
  await standby.follow(primary);
  await standby.start();
}

async function sessionsWith(server: PrivatePostgres): Promise<number> {
  const rows = await server.query("select 1 from pg_stat_activity where application_name = 'lastcall'");
  return rows.length;
}

const readyz = async ({ port }: ServiceProcess) => (await get(port, '/readyz')).status;

it('keeps no session with a server that takes no writes: it goes on as soon as its endpoint leads to one that does', async () => {
  const { proxy, url } = await TcpProxy.inFrontOf(primary.url);
  const service = await ServiceProcess.start(url);
  const filled = await Promise.all(Array.from({ length: 8 }, () => post(service.port, 'before')));
  expect(filled.map(({ status }) => status)).toEqual(filled.map(() => 201));
  await switchOver();
  // The endpoint still leads to the old primary, which answers every question, and stores nothing.
  expect(await readyz(service)).toBe(503);
  for (let round = 0; round < 3; round += 1) {
    const refused = await Promise.all(Array.from({ length: 8 }, () => post(service.port, 'to a standby')));
    for (const { status, body } of refused) expect([status, body.code]).toEqual([503, 'store_unavailable']);
  }
  proxy.leadTo(primary.port);
  const ledAt = performance.now();
  await until('a 201', async () => (await post(service.port, 'after')).status === 201);
  expect(performance.now() - ledAt).toBeLessThan(5_000);
  expect(await readyz(service)).toBe(200);
  expect(await sessionsWith(standby)).toBe(0);
  const names = (await primary.query('select name from jobs')).map(({ name }) => name);
  expect(names).not.toContain('to a standby');
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it('says that it is not ready while its server takes no writes, though nobody has tried to write', async () => {
  const service = await ServiceProcess.start(primary.url);
  expect(await readyz(service)).toBe(200);
  await primary.query('alter system set default_transaction_read_only = on');
  await primary.query('select pg_reload_conf()');
  await until('/readyz follows', async () => (await readyz(service)) === 503);
  await primary.query('alter system reset default_transaction_read_only');
  await primary.query('select pg_reload_conf()');
  await until('/readyz follows', async () => (await readyz(service)) === 200);
  expect((await post(service.port, 'writable again')).status).toBe(201);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});

it.each(['?target_session_attrs=read-write', '?target_session_attrs=primary', ''])(
  'finds the server that takes writes among several, at the start and after every switchover (%s)',
  async (query) => {
    const { username, password } = new URL(primary.url);
    // The first one is not the one.
    const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
    const url = `postgres://${username}:${password}@${hosts}/postgres${query}`;
    const service = await ServiceProcess.start(url);
    await primary.query('truncate jobs, idempotency_keys');
    const load = new Load({ port: () => service.port, clients: 8, retry: true });
    await load.untilMore(201, 30);
    await switchOver();
    await load.untilMore(201, 30);
    await switchOver();
    await load.untilMore(201, 30);
    await load.stop();
    expect(await sessionsWith(standby)).toBe(0);
    const onlooker = await Onlooker.of(primary.url);
    expect(await losses(load, onlooker).finally(() => onlooker.end())).toEqual(NO_LOSSES);
    expect(await readyz(service)).toBe(200);
    const moves = service.lines.filter(({ msg }) => msg === 'the database connections go to another server');
    expect(moves.at(-1)?.server).toBe(`127.0.0.1:${primary.port}`);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  },
);
