import type { Repository } from '../../src/application/intake/repository';
import { IdempotencyKeyReused, SubmissionCancelled } from '../../src/domain/intake/errors';
import type { Job } from '../../src/domain/jobs/job';
import { aJob, aKey, NEVER, submission } from './jobs';

/** The contract of the port Repository. */
export function repositoryContract(build: () => Promise<Repository<Job>>): void {
  let repository: Repository<Job>;
  beforeEach(async () => {
    repository = await build();
  });

  it('has one outcome for each submission, in their order', async () => {
    const key = aKey();
    const earlier = submission('earlier', key);
    await repository.storeBatch([earlier], NEVER);
    const shared = aKey();
    const batch = [
      submission('plain'),
      submission('earlier', key),
      submission('first of two', shared),
      submission('refused', key),
      submission('first of two', shared),
      submission('keyed', aKey()),
    ];
    const outcomes = await repository.storeBatch(batch, NEVER);
    expect(outcomes).toEqual([
      { resource: batch[0]?.resource, replayed: false },
      { resource: earlier.resource, replayed: true },
      { resource: batch[2]?.resource, replayed: false },
      expect.any(IdempotencyKeyReused),
      { resource: batch[2]?.resource, replayed: true },
      { resource: batch[5]?.resource, replayed: false },
    ]);
    const stored = await repository.findAll(
      batch.map(({ resource: job }) => job.id),
      NEVER,
    );
    expect(stored.map(({ name }) => name).sort()).toEqual(['first of two', 'keyed', 'plain']);
  });

  it('finds those that are there, and says nothing of the others', async () => {
    const [one, two] = [aJob('one'), aJob('two')];
    await repository.storeBatch([{ resource: one }, { resource: two }], NEVER);
    const found = await repository.findAll([two.id, aJob().id, one.id], NEVER);
    expect([...found].sort((a, b) => a.id.localeCompare(b.id))).toEqual([one, two]);
    expect(await repository.findAll([], NEVER)).toEqual([]);
  });

  it('has the earlier one for the outcome of a repetition, also in what the fingerprint leaves out', async () => {
    const key = aKey();
    const [earlier, later] = [aJob('earlier'), aJob('later')].map((resource) => ({
      resource,
      claim: { scope: '', key, fingerprint: 'the same' },
    }));
    if (!earlier || !later) throw new Error('two were made');
    await repository.storeBatch([earlier], NEVER);
    expect(await repository.storeBatch([later], NEVER)).toEqual([
      { resource: earlier.resource, replayed: true },
    ]);
  });

  it('tells the same key in two scopes apart', async () => {
    const key = aKey();
    const both = ['', 'another'].map((scope) => ({
      resource: aJob(`in ${scope}`),
      claim: { scope, key, fingerprint: 'the same' },
    }));
    const outcomes = await repository.storeBatch(both, NEVER);
    expect(outcomes).toEqual(both.map(({ resource }) => ({ resource, replayed: false })));
  });

  it('stores nothing of a batch whose signal has aborted', async () => {
    const batch = [submission(), submission('keyed', aKey())];
    await expect(repository.storeBatch(batch, AbortSignal.abort())).rejects.toThrow(SubmissionCancelled);
    expect(
      await repository.findAll(
        batch.map(({ resource: job }) => job.id),
        NEVER,
      ),
    ).toEqual([]);
  });

  it('stores each key once when many batches use the same keys at once, in any order', async () => {
    const keys = Array.from({ length: 20 }, aKey);
    const batches = Array.from({ length: 8 }, (_, turn) => {
      const turned = [...keys.slice(turn * 2), ...keys.slice(0, turn * 2)];
      return (turn % 2 ? turned : turned.reverse()).map((key) => submission(`for ${key}`, key));
    });
    const outcomes = await Promise.all(batches.map((batch) => repository.storeBatch(batch, NEVER)));
    const all = batches.flat();
    const stored = await repository.findAll(
      all.map(({ resource: job }) => job.id),
      NEVER,
    );
    expect(stored.map(({ name }) => name).sort()).toEqual(keys.map((key) => `for ${key}`).sort());
    const ids = new Set(stored.map(({ id }) => id));
    for (const outcome of outcomes.flat())
      expect(ids).toContain('resource' in outcome ? outcome.resource.id : undefined);
  });
}
