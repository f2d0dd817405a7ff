import type { IdempotencyKeys } from '../../src/application/intake/idempotency-keys';
import { SubmissionCancelled } from '../../src/domain/intake/errors';
import { parseIdempotencyKey } from '../../src/domain/intake/idempotency-key';
import { type JobId, parseJobName } from '../../src/domain/jobs/job';
import { type JobIntake, NEVER, submissionOf } from './jobs';

const DAY_MS = 86_400_000;

/**
 * What every adapter of the port does. `build` gives an empty store, with ids of its own for each call of `nextId`;
 * `letPass` makes everything in it that much older.
 */
export function idempotencyKeysContract(
  build: () => Promise<{
    keys: IdempotencyKeys;
    jobs: JobIntake;
    nextId: () => string;
    letPass: (ms: number) => Promise<void>;
  }>,
): void {
  const setUp = async () => {
    const { keys, jobs, nextId, letPass } = await build();
    const submit = (key: string, createdAt = new Date('2026-05-31T23:59:59Z')) =>
      jobs.store(
        submissionOf({ id: nextId() as JobId, name: parseJobName('a'), createdAt }, parseIdempotencyKey(key)),
        NEVER,
      );
    const forget = (limit: number) => keys.forget(DAY_MS, limit, NEVER);
    return { keys, jobs, submit, forget, letPass };
  };

  it('forgets what was first used longer ago, and nothing else', async () => {
    const { submit, forget, letPass } = await setUp();
    const old = await submit('old');
    await letPass(DAY_MS);
    const recent = await submit('recent');
    await letPass(DAY_MS / 2);
    expect(await forget(10)).toBe(1);
    expect((await submit('recent')).resource.id).toBe(recent.resource.id);
    expect((await submit('old')).resource.id).not.toBe(old.resource.id);
  });

  it("goes by the store's clock, not by that of whoever submits", async () => {
    const { submit, forget } = await setUp();
    const { resource: job } = await submit('key', new Date('2020-01-01T00:00:00Z'));
    expect(await forget(10)).toBe(0);
    expect(await submit('key')).toEqual({ resource: job, replayed: true });
  });

  it('leaves the job of a forgotten key in the store', async () => {
    const { jobs, submit, forget, letPass } = await setUp();
    const { resource: job } = await submit('old');
    await letPass(2 * DAY_MS);
    expect(await forget(10)).toBe(1);
    expect(await jobs.find(job.id, NEVER)).toEqual(job);
  });

  it('forgets at most as many as it is told, the oldest first', async () => {
    const { submit, forget, letPass } = await setUp();
    const first = new Map<string, JobId>();
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      first.set(key, (await submit(key)).resource.id);
      await letPass(1_000);
    }
    await letPass(2 * DAY_MS);
    expect([await forget(2), await forget(2)]).toEqual([2, 2]);
    expect((await submit('e')).resource.id).toBe(first.get('e'));
    expect([await forget(2), await forget(2)]).toEqual([1, 0]);
  });

  it('forgets nothing once it has been given up', async () => {
    const { keys, submit, forget, letPass } = await setUp();
    await submit('old');
    await letPass(2 * DAY_MS);
    await expect(keys.forget(DAY_MS, 10, AbortSignal.abort())).rejects.toThrow(SubmissionCancelled);
    expect(await forget(10)).toBe(1);
  });

  it('forgets each key once when several do it at the same time', async () => {
    const { submit, forget, letPass } = await setUp();
    for (let key = 0; key < 30; key += 1) await submit(`key-${key}`);
    await letPass(2 * DAY_MS);
    let total = 0;
    const forgetAll = async () => {
      for (let idle = 0; idle < 3; ) {
        const forgotten = await forget(4);
        total += forgotten;
        idle = forgotten === 0 ? idle + 1 : 0;
      }
    };
    await Promise.all([forgetAll(), forgetAll(), forgetAll()]);
    expect(total).toBe(30);
  });
}
