import { SubmissionCancelled } from '../../src/domain/intake/errors';
import type { Onlooker } from '../support/onlooker';
import { type JobIntake, NEVER, sharedAbort, submission } from './jobs';

/** What a writer promises of a signal that aborts while the store cannot go on. */
export function cancellationContract(build: () => Promise<{ jobs: JobIntake; onlooker: Onlooker }>): void {
  let jobs: JobIntake;
  let onlooker: Onlooker;
  beforeEach(async () => {
    ({ jobs, onlooker } = await build());
  });

  it('gives up a submission that a lock holds, and no row comes when the lock goes', async () => {
    const unlock = await onlooker.lockJobs();
    const abort = sharedAbort();
    const all = Array.from({ length: 30 }, (_, index) => submission(`cancelled ${index}`));
    const stored = all.map((one) => jobs.store(one, abort.signal));
    const settled = Promise.allSettled(stored);
    await onlooker.untilBlocked();
    abort.abort();
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(SubmissionCancelled) });
    await unlock();
    const later = submission('stored after it');
    await jobs.store(later, NEVER);
    expect(await Promise.all(all.map(({ resource: job }) => jobs.find(job.id, NEVER)))).toEqual(
      all.map(() => undefined),
    );
    expect(await jobs.find(later.resource.id, NEVER)).toEqual(later.resource);
  });

  it('tells the truth about every row, whenever the abort comes', async () => {
    for (let round = 0; round < 30; round += 1) {
      const abort = sharedAbort();
      const all = Array.from({ length: 10 }, (_, index) => submission(`raced ${round}-${index}`));
      const settled = Promise.allSettled(all.map((one) => jobs.store(one, abort.signal)));
      for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
      abort.abort();
      const results = await settled;
      for (const [index, { resource: job }] of all.entries()) {
        const result = results[index];
        const row = await jobs.find(job.id, NEVER);
        if (result?.status === 'fulfilled') expect(row).toEqual(job);
        else {
          expect(result?.reason).toBeInstanceOf(SubmissionCancelled);
          expect(row).toBeUndefined();
        }
      }
    }
  });

  it('gives up promptly however soon after the statement was sent the abort comes', async () => {
    const unlock = await onlooker.lockJobs();
    for (let round = 0; round < 20; round += 1) {
      const abort = sharedAbort();
      const stored = jobs.store(submission(`early ${round}`), abort.signal);
      const settled = Promise.allSettled([stored]);
      for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate);
      const abortedAt = performance.now();
      abort.abort();
      const [result] = await settled;
      expect(result).toMatchObject({ reason: expect.any(SubmissionCancelled) });
      expect(performance.now() - abortedAt).toBeLessThan(2_000);
    }
    await unlock();
    expect(await onlooker.names()).not.toContainEqual(expect.stringMatching(/^early/));
  });
}
