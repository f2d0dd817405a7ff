import { inWords, sinceSignal } from '../in-words';
import { openAtKill } from '../open-at-kill';
import { KILL_MS } from '../thresholds';
import type { TrialView } from '../trial-view';
import type { Finding, TrialRule } from './rule';

/** What seemed to hold the exit of a process that was still there at the end of the grace period. From outside only its connections can be seen. */
export const KILLS: readonly TrialRule[] = [
  {
    id: 'listening-until-kill',
    of: 'trials',
    title: 'The listener stayed open to the end of the grace period',
    explanation:
      'The process still took new connections when the grace period was over. SIGTERM is ignored, or it never reached the process that serves, or its handler waits for something before it closes the listener.',
    advice:
      'Handle SIGTERM, and close the listener first. In a container see which process has pid 1: a signal without a handler does nothing to it, and a shell does not pass the signal on (`exec` in scripts, the exec form of `CMD`, no `npm start`; or an init such as tini).',
    when: 'still there at the end of the grace period; the first refused handshake came with that end, or there was none and one succeeded in the second half of the grace period',
    find: (trial) => (listenedToTheEnd(trial) ? killed(trial) : null),
  },
  {
    id: 'held-by-busy-clients',
    of: 'trials',
    title: 'Clients that went on asking held the exit beyond the grace period',
    explanation:
      'The listener may be closed, but kept-alive connections brought one request after the other until the grace period was over: the server answered each without ending the connection.',
    advice:
      'Say `Connection: close` on answers after the signal, and end the connection with them. Node: `server.close()` alone does not do so for connections that are busy; lastcall-drain does. Go: `Shutdown` ends a connection when it becomes idle.',
    when: 'still there at the end of the grace period; a request in flight had been sent in the second half of the grace period',
    find: (trial) =>
      openAtKill(trial).inFlight.some(({ request: { seen } }) => seen.startedAt > middleOfGrace(trial))
        ? killed(trial)
        : null,
  },
  {
    id: 'held-by-requests',
    of: 'trials',
    title: 'Requests that were never answered held the exit beyond the grace period',
    explanation:
      'Requests sent long before were still in flight when the grace period was over: their handlers wait for something, or take longer than the grace period.',
    advice:
      'Give every request a time limit shorter than the grace period, and pass it on to the database and to other services. Near its end answer 503 and exit. Node: `timeoutMs` of lastcall-drain, whose `outOfTime` tells handlers. Go: a context with a deadline for `Shutdown`.',
    when: 'still there at the end of the grace period; a complete or growing request was in flight',
    find: (trial) =>
      openAtKill(trial).inFlight.some((fault) => !fault.request.seen.withheld) ? killed(trial) : null,
  },
  {
    id: 'held-by-half-requests',
    of: 'trials',
    title: 'Half-sent requests held the exit beyond the grace period',
    explanation:
      'All that was in flight at the end of the grace period were requests which their clients had begun and never finished. The server waited for the rest without a limit of its own.',
    advice:
      'Limit how long the rest of a request may take, during the stop, too: 408 and the end of the connection after a few seconds. Node: `silentClientTimeoutMs` of lastcall-drain; `headersTimeout` and `requestTimeout` are 60 and 300 seconds. Go: `ReadHeaderTimeout` and `ReadTimeout` have no limit unless set.',
    when: 'still there at the end of the grace period; only requests that were withheld on purpose were in flight',
    find: (trial) => (openAtKill(trial).inFlight.length > 0 ? killed(trial) : null),
  },
  {
    id: 'held-by-idle-connections',
    of: 'trials',
    title: 'Idle connections held the exit beyond the grace period',
    explanation:
      'Nothing was in flight when the grace period was over, but connections were still open: the server waits until its clients close them.',
    advice:
      'End idle connections after a short linger. Node: `closeIdleConnections()` (since 18.2), which `server.close()` calls since 19; WebSockets and other upgraded connections are not among them. lastcall-drain ends all of these.',
    when: 'still there at the end of the grace period; connections were open, and nothing was in flight',
    find: (trial) => ((openAtKill(trial).connections ?? 0) > 0 ? killed(trial) : null),
  },
  {
    id: 'held-out-of-sight',
    of: 'trials',
    title: 'Something held the exit beyond the grace period',
    explanation:
      'Nothing was in flight when the grace period was over. The clients of this mode are libraries that keep idle connections open and hide them, so these may have held the exit, or something else of the process.',
    advice:
      'See what the modes with plain connections say. End idle connections after a short linger: Node: lastcall-drain, or `closeIdleConnections()`, again when the last answer is out.',
    when: 'still there at the end of the grace period; nothing was in flight, and a library hides its connections',
    find: (trial) => (openAtKill(trial).connections === null ? killed(trial) : null),
  },
  {
    id: 'held-by-something-else',
    of: 'trials',
    title: 'Something other than clients held the exit beyond the grace period',
    explanation:
      'No connection of a client was open when the grace period was over, and still the process did not end. What is left cannot be seen from outside: a timer, a database pool, a child process, a thread; or a signal that nobody handles.',
    advice:
      'See first that the log tells of the stop at all. Stop what was started, the database pool above all, and exit. Node: `process.getActiveResourcesInfo()` names what keeps the loop alive; `unref()` timers that may be forgotten. Java and Python: threads that are not daemons keep the process.',
    when: 'still there at the end of the grace period, and nothing was open',
    find: killed,
  },
];

function killed(trial: TrialView): Finding | null {
  if (trial.killedAt === null) return null;
  const { connections, inFlight } = openAtKill(trial);
  const seen = connections === null ? 'connections not seen' : `connections open: ${connections}`;
  const open = `still there at the end of the grace period, ${sinceSignal(trial.killedAt, trial)}; ${seen}; requests in flight: ${inFlight.length}`;
  return { count: 1, evidence: [open, ...inFlight.map((fault) => inWords(fault, trial))] };
}

function middleOfGrace({ facts }: TrialView): number {
  return facts.signalledAt + facts.graceMs / 2;
}

function listenedToTheEnd(trial: TrialView): boolean {
  const { killedAt, listenerClosedAt } = trial;
  if (killedAt === null) return false;
  if (listenerClosedAt !== null) return listenerClosedAt >= killedAt - KILL_MS;
  return trial.facts.connections.some((span) => (span.connectedAt ?? 0) > middleOfGrace(trial));
}
