import { freshDatabase } from '../process/service/environment';
import { ServiceProcess } from '../support/service-process';
import { get, post } from './support/post';

jest.setTimeout(60_000);
const environment = freshDatabase();

it('goes on with the sessions that it has where the server has no place for more', async () => {
  const { database, onlooker } = environment();
  const url = new URL(database.url);
  const role = `limited_${url.pathname.slice(-8)}`;
  await onlooker.query(`create role ${role} login password 'secret' connection limit 2`);
  await onlooker.query(`alter database ${url.pathname.slice(1)} owner to ${role}`);
  url.username = role;
  url.password = 'secret';
  const service = await ServiceProcess.start(url.href);
  const { body } = await post(service.port, 'first');
  const statuses = { writes: new Set<number>(), reads: new Set<number>(), probes: new Set<number>() };
  const clients = Array.from({ length: 6 }, async (_, client) => {
    for (let turn = 0; turn < 40; turn += 1) {
      const write = post(service.port, `${client}-${turn}`);
      const read = get(service.port, `/work/${body.id}`);
      const probe = get(service.port, '/readyz');
      statuses.writes.add((await write).status);
      statuses.reads.add((await read).status);
      statuses.probes.add((await probe).status);
    }
  });
  await Promise.all(clients);
  expect(statuses).toEqual({ writes: new Set([201]), reads: new Set([200]), probes: new Set([200]) });
  expect(await onlooker.names()).toHaveLength(1 + 6 * 40);
  // Said once, and not at each attempt.
  const said = service.lines.filter(({ msg }) => msg.startsWith('the database takes no further connection'));
  expect(said).toMatchObject([{ level: 'warn', reason: expect.stringContaining('too many connections') }]);
  service.signal();
  expect(await service.exitCode()).toBe(0);
});
