import { exit } from '../beside';
import { IDLE_MS } from '../thresholds';
import type { RequestRule } from './rule';

/** Requests that never got their answer, and not because of the stop: they had ended when the signal was sent. */
export const BEFORE_SIGNAL: readonly RequestRule[] = [
  {
    id: 'crash-under-load',
    title: 'The process ended before anybody asked it to',
    explanation:
      'The process ended by itself under the load, before the signal was sent. The kernel closed its connections, with the requests on them.',
    advice: 'This is a crash, not a stop: the last lines of the log should say why.',
    when: 'the connection ended with the process, which ended before the signal',
    matches: (fault, trial) =>
      trial.wentWithExit(fault) && (trial.facts.exitAt ?? 0) < trial.facts.signalledAt,
    beside: [exit],
  },
  {
    id: 'idle-timeout-race',
    title: 'The keep-alive timeout closed a connection under a new request',
    explanation:
      'Before the signal the server closed a kept-alive connection that had been quiet for a while, in the same moment in which the client wrote to it. The two crossed on the wire (RFC 9112, 9.5), and the client cannot know whether the request was carried out.',
    advice:
      'Let the client, or the balancer, be the first to close: set the server’s keep-alive timeout longer than theirs. Node: `server.keepAliveTimeout` is 5 seconds, nginx and AWS ALB keep connections for 60; take 75 seconds. Go: `IdleTimeout`. gunicorn: `--keep-alive`. Puma: `persistent_timeout`.',
    when: `before the signal; an earlier answer at least ${IDLE_MS} ms before it was written, and by the way the connection ended it had not been read`,
    matches: (fault, trial) => {
      const since = fault.lastAnswer?.seen.answeredAt ?? null;
      const wasIdle = since !== null && fault.request.seen.startedAt - since >= IDLE_MS;
      return trial.endedBeforeSignal(fault) && wasIdle && trial.wasUnread(fault);
    },
  },
  {
    id: 'cut-before-signal',
    title: 'Connections were cut before the signal',
    explanation:
      'The server ended a connection with a request on it when nobody had asked it to stop. Whatever it is, the stop is not to blame.',
    advice:
      'Look for a handler that throws, a time limit, a limit of connections, or a worker that is replaced after so many requests.',
    when: 'the connection ended before the signal',
    matches: (fault, trial) => trial.endedBeforeSignal(fault),
  },
];
