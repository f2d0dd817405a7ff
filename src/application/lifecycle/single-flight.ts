import { abortable } from '../abortable';
import type { Component, StopDetails } from './component';
import type { Deadline } from './deadline';

/**
 * Start and stop as the contract of {@link Component} has them, so that no component has to see to it:
 *
 * - each runs once, and whoever calls again gets the first call's promise;
 * - a stop waits for a start that is under way, which has been told to give up. One that does not by the deadline is left
 *   behind, and counts as forced;
 * - a stop without a start does nothing, and a start after a stop rejects.
 */
export function singleFlight(component: Component): Component {
  const { name, stopWithinMs } = component;
  let starting: Promise<void> | undefined;
  let stopping: Promise<StopDetails> | undefined;

  let startIsOver = component.start === undefined;

  const start = async (signal: AbortSignal): Promise<void> => {
    if (stopping) throw new Error(`${name} was stopped before it was started`);
    try {
      await component.start?.(signal);
    } finally {
      startIsOver = true;
    }
  };
  const stop = async (deadline: Deadline): Promise<StopDetails> => {
    if (component.start && !starting) return {};
    if (!startIsOver) await abortable(Promise.allSettled([starting]), deadline.signal).catch(() => {});
    const gaveUp = startIsOver;
    const details = (await component.stop?.(deadline)) ?? {};
    return gaveUp ? details : { ...details, forced: Math.max(1, details.forced ?? 0) };
  };
  return {
    name,
    ...(stopWithinMs !== undefined && { stopWithinMs }),
    ...(component.start && {
      start: (signal: AbortSignal) => {
        starting ??= start(signal);
        return starting;
      },
    }),
    ...(component.stop && {
      stop: (deadline: Deadline) => {
        stopping ??= stop(deadline);
        return stopping;
      },
    }),
  };
}
