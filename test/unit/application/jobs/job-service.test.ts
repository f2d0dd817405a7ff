import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import type { Stored } from '../../../../src/application/intake/repository';
import { JobService } from '../../../../src/application/jobs/job-service';
import {
  IdempotencyKeyReused,
  InvalidIdempotencyKey,
  SubmissionCancelled,
} from '../../../../src/domain/intake/errors';
import { InvalidJob, type Job } from '../../../../src/domain/jobs/job';
import { intakeOver, NEVER } from '../../../contract/jobs';
import { ManualClock } from '../../../doubles/manual-clock';
import { SequentialIds } from '../../../doubles/sequential-ids';

const FIRST_ID = '00000000-0000-7000-8000-000000000001';

function build() {
  const { writer, find } = intakeOver(new InMemoryRepository<Job>());
  const seen: Stored<Job>[] = [];
  const clock = new ManualClock();
  const service = new JobService({
    writer,
    reader: { find },
    ids: new SequentialIds(),
    clock,
    observe: (stored) => seen.push(stored),
  });
  return { service, seen, clock };
}

it('stores a job under a new id, with the time of the clock, and reads it back', async () => {
  const { service, clock, seen } = build();
  clock.advance(1_000);
  const stored = await service.submit({ name: 'one' }, NEVER);
  expect(stored).toEqual({
    resource: { id: FIRST_ID, name: 'one', createdAt: clock.now() },
    replayed: false,
  });
  expect(await service.find(FIRST_ID.toUpperCase(), NEVER)).toEqual(stored.resource);
  expect(seen).toEqual([stored]);
});

it('resolves a repetition under the same key, in quotes or not, with the first job', async () => {
  const { service } = build();
  const first = await service.submit({ name: 'one', idempotencyKey: 'k-1' }, NEVER);
  expect(await service.submit({ name: 'one', idempotencyKey: '"k-1"' }, NEVER)).toEqual({
    resource: first.resource,
    replayed: true,
  });
  await expect(service.submit({ name: 'two', idempotencyKey: 'k-1' }, NEVER)).rejects.toThrow(
    IdempotencyKeyReused,
  );
});

it('stores nothing for a name or a key that is not valid, or a signal that has aborted', async () => {
  const { service, seen } = build();
  await expect(service.submit({ name: '' }, NEVER)).rejects.toThrow(InvalidJob);
  await expect(service.submit({ name: 'a', idempotencyKey: 'a b' }, NEVER)).rejects.toThrow(
    InvalidIdempotencyKey,
  );
  await expect(service.submit({ name: 'a' }, AbortSignal.abort())).rejects.toThrow(SubmissionCancelled);
  expect(seen).toEqual([]);
});

it('finds nothing under an unknown id, and refuses what is none', async () => {
  const { service } = build();
  expect(await service.find(FIRST_ID, NEVER)).toBeUndefined();
  await expect(service.find('1', NEVER)).rejects.toThrow(InvalidJob);
});
