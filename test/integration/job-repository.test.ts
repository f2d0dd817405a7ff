import type { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { CommitInDoubt, DataRefused, StoreUnavailable } from '../../src/domain/intake/errors';
import type { JobName } from '../../src/domain/jobs/job';
import { cancellationContract } from '../contract/cancellation.contract';
import { intakeContract } from '../contract/intake.contract';
import { aJob, aKey, type JobIntake, NEVER, submission, submissionOf } from '../contract/jobs';
import { repositoryContract } from '../contract/repository.contract';
import { jobsIn } from '../support/jobs-in-postgres';
import { until } from '../support/until';
import { postgresFixture, SMALL_BATCHES } from './postgres-fixture';

jest.setTimeout(30_000);
const fixture = postgresFixture('all tests');
let database: PostgresPool;
beforeAll(async () => {
  database = await fixture().migrated();
});

afterEach(() => fixture().onlooker.unlockAll());

/** Postgres has no NUL in a text; the domain would have refused it, so it stands for any row that is not taken. */
const POISON = { ...aJob(), name: 'bad\0name' as JobName };

const adapters: [string, () => JobIntake][] = [
  ['one by one', () => jobsIn(database)],
  ['small batches', () => jobsIn(database, { ...SMALL_BATCHES, batchMax: 16 })],
];

describe.each(adapters)('%s', (_, build) => {
  describe('a writer and a reader', () => intakeContract(async () => build()));
  describe('given up', () =>
    cancellationContract(async () => ({ jobs: build(), onlooker: fixture().onlooker })));

  it('stores nothing of what the database refuses, its key included, and everything else', async () => {
    const repository = build();
    const key = aKey();
    const poison = submissionOf(POISON, key);
    const good = Array.from({ length: 30 }, (_, index) =>
      submission(`good ${index}`, index % 2 ? aKey() : undefined),
    );
    const all = [...good.slice(0, 11), poison, ...good.slice(11)];
    const results = await Promise.allSettled(all.map((one) => repository.store(one, NEVER)));
    results.forEach((result, index) => {
      expect([index, result.status]).toEqual([index, index === 11 ? 'rejected' : 'fulfilled']);
    });
    const found = await Promise.all(good.map(({ resource: job }) => repository.find(job.id, NEVER)));
    expect(found).toEqual(good.map(({ resource: job }) => job));
    expect(await repository.find(POISON.id, NEVER)).toBeUndefined();
    const second = submission('the key is free', key);
    expect(await repository.store(second, NEVER)).toEqual({ resource: second.resource, replayed: false });
  });
});

describe('KyselyRepository', () => {
  repositoryContract(async () => jobsIn(database));

  it('rolls a whole batch back when one row is refused', async () => {
    const repository = jobsIn(database);
    const key = aKey();
    const batch = [submission('one'), submission('two', key), { resource: POISON }];
    await expect(repository.storeBatch(batch, NEVER)).rejects.toThrow(DataRefused);
    expect(
      await repository.findAll(
        batch.map(({ resource: job }) => job.id),
        NEVER,
      ),
    ).toEqual([]);
    const again = submission('another name', key);
    expect(await repository.storeBatch([again], NEVER)).toEqual([
      { resource: again.resource, replayed: false },
    ]);
  });
});

describe('a connection that is lost while a statement runs', () => {
  it('leaves a batch in doubt, as the port promises', async () => {
    const { onlooker } = fixture();
    const repository = jobsIn(database);
    const unlock = await onlooker.lockJobs();
    const batch = repository.storeBatch([submission('batch')], NEVER);
    const doubted = expect(batch).rejects.toThrow(CommitInDoubt);
    await onlooker.untilBlocked();
    expect(await onlooker.terminate('active')).toBeGreaterThanOrEqual(1);
    await doubted;
    await unlock();
  });

  it('is found out by the group commit: each job is stored once, and acknowledged', async () => {
    const { onlooker } = fixture();
    const commit = jobsIn(database, SMALL_BATCHES);
    const unlock = await onlooker.lockJobs();
    const all = Array.from({ length: 12 }, (_, index) =>
      submission(`doubtful ${index}`, index % 3 ? undefined : aKey()),
    );
    const stored = Promise.all(all.map((one) => commit.store(one, NEVER)));
    await onlooker.untilBlocked(2);
    await onlooker.terminate('active');
    await unlock();
    expect(await stored).toEqual(all.map(({ resource: job }) => ({ resource: job, replayed: false })));
    const names = (await onlooker.names()).filter((name) => name.startsWith('doubtful'));
    expect(names).toEqual(all.map(({ resource: job }) => job.name).sort());
  });

  it('is survived while idle: the pool logs it and makes a new connection', async () => {
    const { onlooker, log } = fixture();
    const repository = jobsIn(database);
    await repository.store(submission(), NEVER);
    const ended = await onlooker.terminate('idle');
    expect(ended).toBeGreaterThan(0);
    const lost = () => log.lines.filter(({ message }) => /idle database connection/.test(message)).length;
    await until('the log lines', () => lost() >= ended);
    const one = submission('after the restart');
    expect(await repository.store(one, NEVER)).toEqual({ resource: one.resource, replayed: false });
  });
});

describe('a statement that takes too long', () => {
  it('is given up by the server as unavailable, and leaves no row', async () => {
    const { onlooker } = fixture();
    const impatient = await fixture().migrated({ statementTimeoutMs: 200 });
    const repository = jobsIn(impatient);
    const unlock = await onlooker.lockJobs();
    const one = submission('too late');
    await expect(repository.store(one, NEVER)).rejects.toThrow(StoreUnavailable);
    await expect(repository.find(one.resource.id, NEVER)).rejects.toThrow(StoreUnavailable);
    await unlock();
    expect(await repository.find(one.resource.id, NEVER)).toBeUndefined();
  });

  it('makes those that find no free connection in time unavailable, with nothing stored', async () => {
    const { onlooker } = fixture();
    const small = await fixture().migrated({ size: 1, acquireTimeoutMs: 200 });
    const repository = jobsIn(small);
    const unlock = await onlooker.lockJobs();
    const [first, second] = [submission('first'), submission('second')];
    const held = repository.store(first, NEVER);
    await onlooker.untilBlocked();
    await expect(repository.store(second, NEVER)).rejects.toThrow(StoreUnavailable);
    await unlock();
    expect(await held).toEqual({ resource: first.resource, replayed: false });
    expect(await repository.find(second.resource.id, NEVER)).toBeUndefined();
  });
});
