import dns from 'node:dns';
import { SubmissionCancelled } from '../../src/domain/intake/errors';
import { type JobIntake, NEVER, sharedAbort, submission } from '../contract/jobs';
import { jobsIn } from '../support/jobs-in-postgres';
import { describeWith } from '../support/optional-suite';
import { startPgBouncer } from '../support/pgbouncer';
import { startTlsDoor, type TlsDoor } from '../support/tls-door';
import { postgresFixture, stop } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture();

const setting = (name: string) => ({
  name: `test_${name}`,
  sql: `select current_setting('${name}') as value`,
});

/** The server's own time limit is not to do the work of the cancellation. */
const LONG = { statementTimeoutMs: 20_000 };

/** A job that waits for a lock is given up: nothing of it may be stored once the lock has gone. */
async function expectGivenUp(repository: JobIntake, before: () => void = () => {}): Promise<void> {
  const { onlooker } = fixture();
  await repository.store(submission('warms a session'), NEVER);
  const unlock = await onlooker.lockJobs();
  const abort = sharedAbort();
  const stored = repository.store(submission('given up'), abort.signal);
  const settled = expect(stored).rejects.toThrow(SubmissionCancelled);
  await onlooker.untilBlocked();
  before();
  const abortedAt = performance.now();
  abort.abort();
  await settled;
  expect(performance.now() - abortedAt).toBeLessThan(5_000);
  await unlock();
  expect(await onlooker.names()).toEqual(['warms a session']);
}

it('asks the server to notice by itself when nobody waits for a statement any more', async () => {
  const database = fixture().database();
  await database.start(NEVER);
  const { rows } = await database.run(setting('client_connection_check_interval'), []);
  expect(rows).toEqual([{ value: '1s' }]);
});

it('passes a defect on as it is, and uses that session no more', async () => {
  const database = fixture().database({ size: 1 });
  await database.start(NEVER);
  const pid = { name: 'test_pid', sql: 'select pg_backend_pid() as pid, $1::text as value' };
  const before = (await database.run(pid, ['x'])).rows[0]?.pid;
  const defect = new TypeError('a defect in the query path');
  const broken = {
    toPostgres() {
      throw defect;
    },
  };
  await expect(database.run(pid, [broken])).rejects.toBe(defect);
  expect((await database.run(pid, ['x'])).rows[0]?.pid).not.toBe(before);
});

it('goes on with a session whose prepared statement a migration of somebody else has made stale', async () => {
  const database = await fixture().migrated({ size: 1 });
  const repository = jobsIn(database);
  const one = submission('read before and after');
  await repository.store(one, NEVER);
  for (const type of ['text', 'varchar(300)']) {
    await fixture().onlooker.query(`alter table jobs alter column name type ${type}`);
    for (let round = 0; round < 2; round += 1)
      expect(await repository.find(one.resource.id, NEVER)).toEqual(one.resource);
  }
  expect(fixture().log.lines.filter(({ message }) => message.includes('unnamed'))).toEqual([]);
});

describe('cancelling', () => {
  it('goes to the server of the session, wherever its name leads by now', async () => {
    const url = new URL(fixture().testDatabase.url);
    url.hostname = 'database.test';
    let address = '127.0.0.1';
    const lookup = jest.spyOn(dns, 'lookup').mockImplementation(((
      _name: string,
      options: object,
      done: (...result: unknown[]) => void,
    ) => {
      const all = 'all' in options && options.all;
      process.nextTick(() => (all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)));
    }) as typeof dns.lookup);
    try {
      const repository = jobsIn(await fixture().migrated(LONG, url.href));
      await expectGivenUp(repository, () => {
        // Nobody listens there.
        address = '127.0.0.2';
      });
    } finally {
      lookup.mockRestore();
    }
  });

  describeWith('stunnel4', 'through a door that takes nothing but TLS', () => {
    let door: TlsDoor;
    beforeEach(async () => {
      door = await startTlsDoor(fixture().testDatabase.url);
    });
    afterEach(() => door.stop());

    it.each(['sslmode=no-verify', 'sslmode=verify-full&sslrootcert='])('works with %s', async (mode) => {
      const url = `${door.url}?${mode}${mode.endsWith('=') ? door.ca : ''}`;
      const database = await fixture().migrated(LONG, url);
      await expectGivenUp(jobsIn(database));
      await stop(database);
    });
  });
});

describeWith('pgbouncer', 'through a pooler that refuses what a session asks for', () => {
  it('does without, says so once, and keeps the time limit of statements by itself', async () => {
    const pooler = await startPgBouncer(fixture().testDatabase.url, 2, [
      [/^ignore_startup_parameters = .*$/gm, ''],
      [/ connect_query='[^']*'$/gm, ''],
    ]);
    const database = await fixture().migrated({ statementTimeoutMs: 300 }, pooler.url);
    const said = fixture().log.lines.filter(({ message }) => message.includes('do without'));
    expect(said.map(({ message }) => message).join()).toMatch(/statement_timeout/);
    expect(said.length).toBeLessThanOrEqual(2);
    const unlock = await fixture().onlooker.lockJobs();
    const repository = jobsIn(database);
    await expect(repository.store(submission('too slow'), NEVER)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await unlock();
    await repository.store(submission('in time'), NEVER);
    expect(await fixture().onlooker.names()).toEqual(['in time']);
    await stop(database);
    await pooler.stop();
  });
});
