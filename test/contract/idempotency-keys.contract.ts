import type { IdempotencyKeys } from '../../src/application/ports/idempotency-keys';
import type { JobRepository } from '../../src/application/ports/job-repository';
import { parseIdempotencyKey } from '../../src/domain/idempotency-key';
import { type JobId, parseJobName } from '../../src/domain/job';

const CUTOFF = new Date('2026-06-01T00:00:00Z');
const BEFORE = new Date('2026-05-31T23:59:59Z');
const NEVER = new AbortController().signal;

/** What every adapter of the port does. `build` gives an empty store, with ids of its own for each call of `nextId`. */
export function idempotencyKeysContract(
  build: () => Promise<{ keys: IdempotencyKeys; jobs: JobRepository; nextId: () => JobId }>,
): void {
  const setUp = async () => {
    const { keys, jobs, nextId } = await build();
    const submit = (key: string, createdAt: Date) =>
      jobs.store(
        {
          job: { id: nextId(), name: parseJobName('a'), createdAt },
          idempotencyKey: parseIdempotencyKey(key),
        },
        NEVER,
      );
    return { keys, jobs, submit };
  };

  it('forgets what was first used before the cutoff, and nothing else', async () => {
    const { keys, submit } = await setUp();
    const old = await submit('old', BEFORE);
    const recent = await submit('recent', CUTOFF);
    expect(await keys.forget(CUTOFF, 10)).toBe(1);
    expect((await submit('recent', CUTOFF)).job.id).toBe(recent.job.id);
    expect((await submit('old', CUTOFF)).job.id).not.toBe(old.job.id);
  });

  it('leaves the job of a forgotten key in the store', async () => {
    const { keys, jobs, submit } = await setUp();
    const { job } = await submit('old', BEFORE);
    await keys.forget(CUTOFF, 10);
    expect(await jobs.find(job.id, NEVER)).toEqual(job);
  });

  it('forgets at most as many as it is told', async () => {
    const { keys, submit } = await setUp();
    for (const key of ['a', 'b', 'c', 'd', 'e']) await submit(key, BEFORE);
    expect(await keys.forget(CUTOFF, 2)).toBe(2);
    expect(await keys.forget(CUTOFF, 2)).toBe(2);
    expect(await keys.forget(CUTOFF, 2)).toBe(1);
    expect(await keys.forget(CUTOFF, 2)).toBe(0);
  });

  it('forgets each key once when several do it at the same time', async () => {
    const { keys, submit } = await setUp();
    for (let key = 0; key < 30; key += 1) await submit(`key-${key}`, BEFORE);
    let total = 0;
    const forgetAll = async () => {
      for (let idle = 0; idle < 3; ) {
        const forgotten = await keys.forget(CUTOFF, 4);
        total += forgotten;
        idle = forgotten === 0 ? idle + 1 : 0;
      }
    };
    await Promise.all([forgetAll(), forgetAll(), forgetAll()]);
    expect(total).toBe(30);
  });
}
