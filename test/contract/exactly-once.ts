import fc from 'fast-check';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Uuids } from '../../src/adapters/system/uuids';
import type { Repository, Stored } from '../../src/application/intake/repository';
import { JobService } from '../../src/application/jobs/job-service';
import { IdempotencyKeyReused } from '../../src/domain/intake/errors';
import type { Job } from '../../src/domain/jobs/job';
import { intakeOver, NEVER, SMALL_BATCHES } from './jobs';

interface Request {
  readonly key: string | undefined;
  readonly name: string;
  readonly replica: 0 | 1;
  /** Turns of the event loop that pass before it is sent: this is what interleaves. */
  readonly after: number;
}

const requests: fc.Arbitrary<Request[]> = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c', undefined),
    name: fc.constantFrom('one', 'two'),
    replica: fc.constantFrom(0 as const, 1 as const),
    after: fc.nat(12),
  }),
  { minLength: 1, maxLength: 24 },
);

const ids = new Uuids();

/**
 * Exactly once, as clients see it: any interleaving of requests with keys from a small set, sent to two replicas in
 * front of one store, leaves exactly one row per key, and every client that was acknowledged holds the id of a row.
 */
export function exactlyOnceContract(build: () => Promise<Repository<Job>>, runs: number): void {
  it(`leaves one row per key, whatever the interleaving (${runs} of them)`, async () => {
    const store = await build();
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const round = ids.next();
        const replicas = [replica(store), replica(store)] as const;
        const results = await Promise.allSettled(
          sent.map(async ({ key, name, replica, after }) => {
            for (let turn = 0; turn < after; turn += 1) await new Promise(setImmediate);
            const idempotencyKey = key && `${round}-${key}`;
            return await replicas[replica].submit({ name, idempotencyKey }, NEVER);
          }),
        );
        await check(store, sent, results);
      }),
      { numRuns: runs },
    );
  });
}

function replica(store: Repository<Job>): JobService {
  const { writer, find } = intakeOver(store, SMALL_BATCHES);
  return new JobService({ writer, reader: { find }, ids, clock: new SystemClock() });
}

async function check(
  store: Repository<Job>,
  sent: readonly Request[],
  results: readonly PromiseSettledResult<Stored<Job>>[],
): Promise<void> {
  const owners = new Map<string, Job>();
  const fresh = new Set<string>();
  for (const [index, { key, name }] of sent.entries()) {
    const result = results[index];
    if (result?.status !== 'fulfilled') continue;
    const { resource: job, replayed } = result.value;
    // Whoever was acknowledged holds the id of a row, and that row has the name that was asked for.
    expect([job.name, (await intakeOver(store).find(job.id, NEVER))?.name]).toEqual([name, name]);
    if (!replayed) {
      expect(fresh).not.toContain(job.id);
      fresh.add(job.id);
    }
    if (key === undefined) expect(replayed).toBe(false);
    else expect(job).toEqual(owners.get(key) ?? job);
    if (key !== undefined) owners.set(key, job);
  }
  for (const [index, { key, name }] of sent.entries()) {
    const result = results[index];
    if (result?.status !== 'rejected') continue;
    expect(result.reason).toBeInstanceOf(IdempotencyKeyReused);
    // Refused only because the key has an owner, and that one has another name.
    expect(owners.get(key as string)?.name).not.toBe(name);
    expect(owners.get(key as string)).toBeDefined();
  }
  // One row a key that was used, and one for each request without a key: all others are replays or refusals.
  const keys = new Set(sent.flatMap(({ key }) => key ?? []));
  expect([...owners.keys()].sort()).toEqual([...keys].sort());
  expect(fresh.size).toBe(keys.size + sent.filter(({ key }) => key === undefined).length);
}
