import { CAPACITY_PER_S, offer, SETTINGS, slowDatabase } from './support/overload';
import { Service } from './support/service';

const QUEUE_MAX = 20;

it('at ten times what the database can take, accepts what it can in bounded time, and refuses the rest at once', async () => {
  const service = await Service.start({ ...SETTINGS, COMMIT_QUEUE_MAX: String(QUEUE_MAX) });
  await slowDatabase(service);
  const usual = await offer(service, CAPACITY_PER_S / 4, 2);
  expect(usual.refused).toBe(0);
  const overload = await offer(service, CAPACITY_PER_S * 10, 3);

  // The queue is emptied in a second, then one's own statement runs; five times that is for a busy machine. An
  // unbounded queue would let half of them wait for 15 s.
  const boundMs = (QUEUE_MAX / CAPACITY_PER_S) * 1_000 + 200;
  expect(overload.acceptedP50Ms).toBeLessThan(5 * boundMs);
  expect(overload.accepted).toBeGreaterThan(QUEUE_MAX);
  expect(overload.refused).toBeGreaterThan(overload.accepted);
  expect(overload.accepted + overload.refused).toBe(overload.offered);
  expect(overload.rssPeakMiB - usual.rssPeakMiB).toBeLessThan(150);
  expect(await service.names()).toHaveLength(usual.accepted + overload.accepted);
  expect(service.errors).toEqual([]);
  await service.stop();
});
