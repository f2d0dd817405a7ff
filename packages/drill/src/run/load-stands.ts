import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'simple-statistics';
import type { TrialContext } from '../modes/mode';

const EVERY_MS = 2;
/** A server that does not answer everybody is told to stop all the same. */
const BOUND_MS = 2000;

/**
 * Waits until every client has been answered once: from then on the load is what it will be. Resolves with how long an answer
 * takes, in ms: the median, since the first ones are those of a server that is still warming up.
 */
export async function untilLoadStands({ recorder, clients, enough }: TrialContext): Promise<number> {
  const until = performance.now() + BOUND_MS;
  const answered = new Set<number>();
  while (answered.size < clients && !enough.aborted && performance.now() < until) {
    await sleep(EVERY_MS);
    for (const { client, answeredAt } of recorder.observations) if (answeredAt !== null) answered.add(client);
  }
  const times = recorder.observations.flatMap(({ startedAt, answeredAt }) =>
    answeredAt === null ? [] : [answeredAt - startedAt],
  );
  return times.length === 0 ? 0 : median(times);
}
