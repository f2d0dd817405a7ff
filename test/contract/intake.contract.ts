import { IdempotencyKeyReused, SubmissionCancelled } from '../../src/domain/intake/errors';
import { aJob, aKey, type JobIntake, NEVER, submission, submissionOf } from './jobs';

/** What a writer and a reader over a repository do together. `build` gives a new one, or one that other tests have used: both must do. */
export function intakeContract(build: () => Promise<JobIntake>): void {
  let jobs: JobIntake;
  beforeEach(async () => {
    jobs = await build();
  });

  describe('storing a job', () => {
    it.each([
      'a',
      'ünïcödé 名前 🚀',
      '  kept as it is  ',
      `'; drop table jobs; --`,
      '{"a":1}',
      '\\N',
      'x'.repeat(255),
    ])('gives back what was stored, to the character and the millisecond: %j', async (name) => {
      const job = aJob(name);
      expect(await jobs.store({ resource: job }, NEVER)).toEqual({ resource: job, replayed: false });
      expect(await jobs.find(job.id, NEVER)).toEqual(job);
    });

    it('finds nothing under an id that was never stored', async () => {
      expect(await jobs.find(aJob().id, NEVER)).toBeUndefined();
    });

    it('leaves the row as it is when the id is there already', async () => {
      const job = aJob('first');
      await jobs.store({ resource: job }, NEVER);
      await jobs.store({ resource: { ...job, name: aJob('second').name } }, NEVER);
      expect(await jobs.find(job.id, NEVER)).toEqual(job);
    });

    it('takes the same submission twenty times at once', async () => {
      const one = submission('the same', aKey());
      const stored = await Promise.all(Array.from({ length: 20 }, () => jobs.store(one, NEVER)));
      for (const each of stored) expect(each).toEqual({ resource: one.resource, replayed: false });
    });

    it('keeps copies, not references', async () => {
      const createdAt = new Date('2026-01-01T00:00:00.000Z');
      const job = { ...aJob('mine'), createdAt };
      const stored = await jobs.store({ resource: job }, NEVER);
      createdAt.setFullYear(1999);
      stored.resource.createdAt.setFullYear(1998);
      const found = await jobs.find(job.id, NEVER);
      expect(found?.createdAt).toEqual(new Date('2026-01-01T00:00:00.000Z'));
      found?.createdAt.setFullYear(1997);
      expect((await jobs.find(job.id, NEVER))?.createdAt).toEqual(new Date('2026-01-01T00:00:00.000Z'));
    });

    it('stores nothing for a signal that has aborted already', async () => {
      const one = submission();
      await expect(jobs.store(one, AbortSignal.abort())).rejects.toThrow(SubmissionCancelled);
      expect(await jobs.find(one.resource.id, NEVER)).toBeUndefined();
    });
  });

  describe('storing with an idempotency key', () => {
    it('resolves a repetition with the earlier job, its id and time included', async () => {
      const key = aKey();
      const first = submission('again', key);
      await jobs.store(first, NEVER);
      const job = aJob('again', new Date('2026-03-03T03:03:03.003Z'));
      expect(await jobs.store(submissionOf(job, key), NEVER)).toEqual({
        resource: first.resource,
        replayed: true,
      });
      expect(await jobs.find(job.id, NEVER)).toBeUndefined();
    });

    it('does not call it a replay when the very same submission is sent again', async () => {
      const one = submission('after a lost answer', aKey());
      await jobs.store(one, NEVER);
      expect(await jobs.store(one, NEVER)).toEqual({ resource: one.resource, replayed: false });
    });

    it('refuses the key for another name, and stores nothing', async () => {
      const key = aKey();
      await jobs.store(submission('one', key), NEVER);
      const other = submission('another', key);
      await expect(jobs.store(other, NEVER)).rejects.toThrow(IdempotencyKeyReused);
      expect(await jobs.find(other.resource.id, NEVER)).toBeUndefined();
    });

    it('stores exactly one of twenty that use the same key at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const key = aKey();
        const all = Array.from({ length: 20 }, () => submission('raced', key));
        const stored = await Promise.all(all.map((one) => jobs.store(one, NEVER)));
        const [winner] = stored.filter(({ replayed }) => !replayed);
        expect(stored.filter(({ replayed }) => !replayed)).toHaveLength(1);
        for (const { resource: job } of stored) expect(job).toEqual(winner?.resource);
        const found = await Promise.all(all.map(({ resource: job }) => jobs.find(job.id, NEVER)));
        expect(found.filter((job) => job !== undefined)).toEqual([winner?.resource]);
      }
    });

    it('stores exactly one of twenty with the same key and two names, and refuses the other name', async () => {
      const key = aKey();
      const all = Array.from({ length: 20 }, (_, index) => submission(index % 2 ? 'odd' : 'even', key));
      const settled = await Promise.allSettled(all.map((one) => jobs.store(one, NEVER)));
      const found = (await Promise.all(all.map(({ resource: job }) => jobs.find(job.id, NEVER)))).filter(
        (job) => job,
      );
      expect(found).toHaveLength(1);
      settled.forEach((result, index) => {
        if (all[index]?.resource.name === found[0]?.name) {
          expect(result).toMatchObject({ status: 'fulfilled', value: { resource: found[0] } });
        } else {
          expect(result).toMatchObject({ status: 'rejected', reason: expect.any(IdempotencyKeyReused) });
        }
      });
    });

    it('stores jobs with different keys, and with none, side by side', async () => {
      const all = Array.from({ length: 60 }, (_, index) =>
        submission(`job ${index}`, index % 3 ? aKey() : undefined),
      );
      const stored = await Promise.all(all.map((one) => jobs.store(one, NEVER)));
      expect(stored).toEqual(all.map(({ resource: job }) => ({ resource: job, replayed: false })));
    });
  });
}
