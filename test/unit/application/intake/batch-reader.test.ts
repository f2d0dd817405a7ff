import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import { BatchReader } from '../../../../src/application/intake/batch-reader';
import { StoreOverloaded, StoreUnavailable, SubmissionCancelled } from '../../../../src/domain/intake/errors';
import type { Job, JobId } from '../../../../src/domain/jobs/job';
import { aJob, NEVER, sharedAbort, submission } from '../../../contract/jobs';
import { settled } from './scripted-store';

/** Reads that end when the test says so. */
class HeldStore extends InMemoryRepository<Job> {
  readonly reads: { ids: readonly JobId[]; signal: AbortSignal; end(error?: Error): Promise<void> }[] = [];

  override async findAll(ids: readonly JobId[], signal: AbortSignal) {
    await new Promise<void>((resolve, reject) => {
      const end = async (error?: Error) => {
        if (error) reject(error);
        else resolve();
        await settled();
      };
      this.reads.push({ ids, signal, end });
    });
    return super.findAll(ids, NEVER);
  }

  get last() {
    const last = this.reads.at(-1);
    if (!last) throw new Error('nothing was read');
    return last;
  }
}

async function build(queueMax = 100) {
  const store = new HeldStore();
  const stored = ['a', 'b', 'c'].map((name) => submission(name));
  await store.storeBatch(stored, NEVER);
  const [a, b, c] = stored.map(({ resource: job }) => job);
  if (!a || !b || !c) throw new Error('three were stored');
  return { store, reads: new BatchReader<Job>(store, queueMax), a, b, c };
}

it('reads one job at once, and those that are asked for meanwhile together', async () => {
  const { store, reads, a, b, c } = await build();
  const first = reads.find(a.id, NEVER);
  await settled();
  const missing = aJob();
  const others = [b, c, b, missing].map(({ id }) => reads.find(id, NEVER));
  await settled();
  expect(store.reads.map(({ ids }) => ids)).toEqual([[a.id]]);
  await store.last.end();
  expect(await first).toEqual(a);
  expect(store.last.ids).toEqual([b.id, c.id, missing.id]);
  await store.last.end();
  expect(await Promise.all(others)).toEqual([b, c, b, undefined]);
});

it('goes on after a store that throws at once', async () => {
  const { store, reads, a, b } = await build();
  const findAll = jest.spyOn(store, 'findAll').mockImplementationOnce(() => {
    throw new StoreUnavailable('thrown, not rejected');
  });
  await expect(reads.find(a.id, NEVER)).rejects.toThrow(StoreUnavailable);
  const next = reads.find(b.id, NEVER);
  await settled();
  expect(findAll).toHaveBeenCalledTimes(2);
  await store.last.end();
  expect(await next).toEqual(b);
});

it('goes on after a failure, which only those who were read for get to know', async () => {
  const { store, reads, a, b } = await build();
  const failed = expect(reads.find(a.id, NEVER)).rejects.toThrow(StoreUnavailable);
  await settled();
  const next = reads.find(b.id, NEVER);
  await store.last.end(new StoreUnavailable('not now'));
  await failed;
  await store.last.end();
  expect(await next).toEqual(b);
});

it('refuses what would wait beyond its bound', async () => {
  const { store, reads, a, b, c } = await build(1);
  const first = reads.find(a.id, NEVER);
  await settled();
  const second = reads.find(b.id, NEVER);
  await expect(reads.find(c.id, NEVER)).rejects.toThrow(StoreOverloaded);
  await store.last.end();
  await store.last.end();
  expect(await Promise.all([first, second])).toEqual([a, b]);
});

it('gives a read up when nobody wants it any more', async () => {
  const { store, reads, a, b } = await build();
  const [one, two] = [sharedAbort(), sharedAbort()];
  const found = [reads.find(a.id, one.signal), reads.find(b.id, two.signal)];
  await settled();
  one.abort();
  expect(store.last.signal.aborted).toBe(false);
  two.abort();
  expect(store.last.signal.aborted).toBe(true);
  await store.last.end();
  await Promise.all(found);
  await expect(reads.find(a.id, one.signal)).rejects.toThrow(SubmissionCancelled);
});
