import { startTestServer } from '../support/postgres';
import { CAPACITY_PER_S, offer, SETTINGS, slowDatabase } from './support/overload';
import { Service } from './support/service';

/** Prints the table in docs/reliability.md: `npm run build && npx tsx test/hostile/overload-curve.ts`. */
async function main(): Promise<void> {
  const server = await startTestServer();
  process.env.LASTCALL_TEST_SERVER_URL = server.url;
  console.log(
    '| queue | offered | accepted | refused | accepted p50 / max ms | refused p50 / p99 ms | held at once | memory MiB |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const queueMax of [20, 100]) {
    for (const times of [0.5, 1, 2, 10]) {
      const service = await Service.start({ ...SETTINGS, COMMIT_QUEUE_MAX: String(queueMax) });
      await slowDatabase(service);
      // Code that runs for the first time is slow, and not what this is about.
      await offer(service, times * CAPACITY_PER_S, 2);
      const load = await offer(service, times * CAPACITY_PER_S, 4);
      const cells = [
        queueMax,
        `${times}x`,
        load.accepted,
        load.refused,
        `${Math.round(load.acceptedP50Ms)} / ${Math.round(load.acceptedMaxMs)}`,
        `${Math.round(load.refusedP50Ms)} / ${Math.round(load.refusedP99Ms)}`,
        load.heldPeak,
        Math.round(service.rssPeakMiB),
      ];
      console.log(`| ${cells.join(' | ')} |`);
      await service.stop();
    }
  }
  await server.stop();
}

void main();
