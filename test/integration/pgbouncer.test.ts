import type { PostgresPool, PostgresSettings } from '../../src/adapters/postgres/connection/postgres-pool';
import { KyselyIdempotencyKeys } from '../../src/adapters/postgres/intake/idempotency-keys-table';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import { Uuids } from '../../src/adapters/system/uuids';
import { StoreUnavailable } from '../../src/domain/intake/errors';
import { cancellationContract } from '../contract/cancellation.contract';
import { idempotencyKeysContract } from '../contract/idempotency-keys.contract';
import { intakeContract } from '../contract/intake.contract';
import { type JobIntake, NEVER, submission } from '../contract/jobs';
import { repositoryContract } from '../contract/repository.contract';
import { jobsIn, MIGRATIONS, SCHEMA_PARTS } from '../support/jobs-in-postgres';
import { describeWith } from '../support/optional-suite';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer';
import { TcpProxy } from '../support/tcp-proxy';
import { letKeysAge, postgresFixture, SMALL_BATCHES } from './postgres-fixture';

jest.setTimeout(30_000);

describeWith('pgbouncer', 'through PgBouncer in transaction mode', () => {
  const fixture = postgresFixture('all tests');
  const poolers: PgBouncer[] = [];
  let pooler: PgBouncer;
  let database: PostgresPool;
  const started = async (settings?: Partial<PostgresSettings>, url = pooler.url) => {
    const made = fixture().database(settings, url);
    await made.start(NEVER);
    return made;
  };
  const pooled = async (serverConnections?: number, url = fixture().testDatabase.url) => {
    const made = await startPgBouncer(url, serverConnections);
    poolers.push(made);
    return made;
  };

  beforeAll(async () => {
    pooler = await pooled();
    database = await started();
    await new PostgresSchema(database, SCHEMA_PARTS, fixture().log).start(NEVER);
  });
  // Before the fixture drops the database, and ends pools whose connections are gone by then.
  afterAll(() => Promise.all(poolers.map((each) => each.stop())));
  afterAll(() => TcpProxy.closeAll());

  const adapters: [string, () => JobIntake][] = [
    ['one by one', () => jobsIn(database)],
    ['small batches', () => jobsIn(database, { ...SMALL_BATCHES, batchMax: 16 })],
  ];
  describe.each(adapters)('%s', (_, build) => {
    describe('a writer and a reader', () => intakeContract(async () => build()));
    describe('given up', () =>
      cancellationContract(async () => ({ jobs: build(), onlooker: fixture().onlooker })));
  });
  describe('KyselyRepository', () => repositoryContract(async () => jobsIn(database)));
  describe('KyselyIdempotencyKeys', () => {
    const ids = new Uuids();
    idempotencyKeysContract(async () => {
      await fixture().onlooker.query('truncate idempotency_keys, jobs');
      return {
        keys: new KyselyIdempotencyKeys(database),
        jobs: jobsIn(database),
        nextId: () => ids.next(),
        letPass: (ms) => letKeysAge(database, ms),
      };
    });
  });

  it('goes on without names when a connection has lost one, and says so once', async () => {
    const { log } = fixture();
    log.lines.length = 0;
    const fresh = await started();
    const repository = jobsIn(fresh);
    const all = Array.from({ length: 200 }, (_, index) => submission(`unnamed ${index}`));
    const stored = await Promise.all(all.map((one) => repository.store(one, NEVER)));
    expect(stored.map(({ resource: job }) => job)).toEqual(all.map(({ resource: job }) => job));
    expect(
      await repository.findAll(
        all.map(({ resource: job }) => job.id),
        NEVER,
      ),
    ).toHaveLength(all.length);
    expect(log.lines.filter(({ message }) => /prepared statements/.test(message))).toHaveLength(1);
  });

  it('never takes the cancellation of a statement that waits for a server connection for its success', async () => {
    const narrow = await pooled(1);
    const repository = jobsIn(await started({}, narrow.url));
    await Promise.all(Array.from({ length: 5 }, () => repository.store(submission(), NEVER)));
    for (let round = 0; round < 5; round += 1) {
      const unlock = await fixture().onlooker.lockJobs();
      const abort = new AbortController();
      const all = Array.from({ length: 5 }, (_, index) => submission(`waiting ${round}-${index}`));
      const settled = Promise.allSettled(all.map((one) => repository.store(one, abort.signal)));
      await fixture().onlooker.untilBlocked();
      abort.abort();
      for (const result of await settled) expect(result).toMatchObject({ status: 'rejected' });
      await unlock();
    }
    expect(await fixture().onlooker.names()).not.toContainEqual(expect.stringMatching(/^waiting/));
  });

  it('finds out what became of a commit whose server connection was lost before its answer', async () => {
    const { proxy, url } = await TcpProxy.inFrontOf(fixture().testDatabase.url);
    const cut = await started({}, (await pooled(1, url)).url);
    const commit = jobsIn(cut, SMALL_BATCHES);
    for (let round = 0; round < 5; round += 1) {
      const struck = proxy.strike('insert into "jobs"', 'cut before its answer');
      const one = submission(`cut ${round}`);
      expect(await commit.store(one, NEVER)).toEqual({ resource: one.resource, replayed: false });
      await struck;
    }
    const names = (await fixture().onlooker.names()).filter((name) => name.startsWith('cut'));
    expect(names).toEqual(['cut 0', 'cut 1', 'cut 2', 'cut 3', 'cut 4']);
  });

  it('stores nothing of a statement that the pooler gave up before it had a server connection', async () => {
    const repository = jobsIn(await started({ statementTimeoutMs: 20_000 }, (await pooled(1)).url));
    const unlock = await fixture().onlooker.lockJobs();
    const held = repository.store(submission('held'), NEVER);
    await fixture().onlooker.untilBlocked();
    const one = submission('never sent');
    await expect(repository.storeBatch([one], NEVER)).rejects.toThrow(StoreUnavailable);
    await unlock();
    await held;
    expect(await repository.find(one.resource.id, NEVER)).toBeUndefined();
  });

  it('gives the server connections their statement timeout, which the service cannot', async () => {
    const [row] = (await database.run({ name: 'test_timeout', sql: 'show statement_timeout' }, [])).rows;
    expect(row).toEqual({ statement_timeout: '10s' });
  });

  it('lets several replicas make the tables at once', async () => {
    const { onlooker, log } = fixture();
    await onlooker.query('drop table jobs, idempotency_keys, lastcall_migration, lastcall_migration_lock');
    await Promise.all(
      Array.from({ length: 6 }, async () =>
        new PostgresSchema(await started(), SCHEMA_PARTS, log).start(NEVER),
      ),
    );
    const applied = await onlooker.query('select name from lastcall_migration order by name');
    expect(applied.map(({ name }) => name)).toEqual(MIGRATIONS);
    // The limits of a migration stay with it, on whichever server connection it was.
    const limits = { name: 'test_limits', sql: `select current_setting('lock_timeout') as lock_timeout` };
    const found = await Promise.all(Array.from({ length: 10 }, () => database.run(limits, [])));
    for (const { rows } of found) expect(rows).toEqual([{ lock_timeout: '0' }]);
  });
});
