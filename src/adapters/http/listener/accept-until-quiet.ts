import { setImmediate as nextTurn } from 'node:timers/promises';

/** libuv accepts one connection a loop turn, so that many empty turns in a row mean an empty queue. */
const QUIET_TURNS = 20;
/** Under a flood it never gets quiet: closing late loses no less than closing now. */
const BOUND_MS = 250;

/**
 * The best that can be done without the kernel's help: turn the loop until no connection comes any more.
 * A connection that is made between the last turn and the close is reset by the kernel, and under a flood that
 * happens at nearly every close.
 */
export async function acceptUntilQuiet(accepted: () => number): Promise<void> {
  const stopAt = performance.now() + BOUND_MS;
  let before = accepted();
  for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < stopAt; ) {
    await nextTurn();
    quiet = accepted() === before ? quiet + 1 : 0;
    before = accepted();
  }
}
