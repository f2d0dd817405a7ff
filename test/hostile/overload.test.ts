import { CAPACITY_PER_S, offer, SETTINGS, slowDatabase } from './support/overload';
import { Service } from './support/service';

const QUEUE_MAX = 20;

it('at ten times what the database can take, accepts what it can in bounded time, and refuses the rest at once', async () => {
  const service = await Service.start({ ...SETTINGS, COMMIT_QUEUE_MAX: String(QUEUE_MAX) });
  await slowDatabase(service);
  const usual = await offer(service, CAPACITY_PER_S / 4, 2);
  expect(usual.refused).toBe(0);
  // Code that runs for the first time is slow, and not what this is about.
  const warmUp = await offer(service, CAPACITY_PER_S * 10, 2);
  const overload = await offer(service, CAPACITY_PER_S * 10, 4);

  // The queue is emptied in a second, then one's own statement runs; five times that is for a busy machine. In an
  // unbounded queue the last one would wait for half a minute.
  const boundMs = (QUEUE_MAX / CAPACITY_PER_S) * 1_000 + 200;
  expect(overload.acceptedMaxMs).toBeLessThan(5 * boundMs);
  expect(overload.accepted).toBeGreaterThan(QUEUE_MAX);
  expect(overload.refused).toBeGreaterThan(overload.accepted);
  expect(overload.accepted + overload.refused).toBe(overload.offered);
  // Nobody waits in a queue to be told that it is full.
  expect(overload.refusedP99Ms).toBeLessThan(overload.acceptedP50Ms);
  // What bounds the memory: it holds the queue, the statements, and whom it is just refusing; unbounded, some 700.
  expect(overload.heldPeak).toBeLessThan(3 * QUEUE_MAX);
  expect(await service.names()).toHaveLength(usual.accepted + warmUp.accepted + overload.accepted);
  expect(service.errors).toEqual([]);
  await service.stop();
});
