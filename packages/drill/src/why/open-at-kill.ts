import type { Fault } from './fault';
import { KILL_MS } from './thresholds';
import type { TrialView } from './trial-view';

export interface OpenAtKill {
  /** How many established connections were open. Null where a client library hides its own. */
  readonly connections: number | null;
  /** Requests of which something had been written, and that had no end yet. */
  readonly inFlight: readonly Fault[];
}

/** What was still open when SIGKILL was sent; nothing where none was. */
export function openAtKill(trial: TrialView): OpenAtKill {
  const { killedAt } = trial;
  if (killedAt === null) return { connections: 0, inFlight: [] };
  const { requests, connections, exitAt } = trial.facts;
  // The timer of the kill may be late: clients go on until the process has really gone.
  const gone = Math.max(killedAt, exitAt ?? 0);
  const isOpen = (from: number | null, to: number | null) =>
    from !== null && from < gone && (to === null || to >= killedAt - KILL_MS);
  const inFlight = requests
    .filter(({ seen }) => seen.bytesWritten > 0 && seen.answeredAt === null)
    .map((request) => trial.faultOf(request))
    .filter(({ request, endedAt }) => isOpen(request.seen.startedAt, endedAt));
  const open = connections.filter(
    ({ connectedAt, endedAt, end }) =>
      isOpen(connectedAt, endedAt) && (end !== 'client' || (endedAt ?? gone) >= gone),
  );
  const isHidden = requests.some(({ seen }) => seen.connection === null && seen.bytesWritten > 0);
  return { connections: isHidden ? null : open.length, inFlight };
}
