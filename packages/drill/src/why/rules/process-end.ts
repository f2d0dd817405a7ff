import { exit, kill, listenerClose } from '../beside';
import { isSilence } from '../ends';
import type { RequestRule } from './rule';

/** Requests that ended with a process which had no say in it. */
export const FORCED_END: readonly RequestRule[] = [
  {
    id: 'silence-after-exit',
    title: 'The process has gone, and its connections are still open',
    explanation:
      'Connections stayed open after the process had exited, and nobody answered on them. Another process holds the sockets: a child that inherited them, a worker that was left behind, or the server itself behind a shell which took the signal.',
    advice:
      'See that the signal reaches the process which serves (`exec` in scripts, no `npm start`), that children and workers are stopped and waited for, and that children do not inherit the listening socket (close-on-exec).',
    when: 'nothing was heard on an open connection for a while after the exit',
    matches: ({ request: { seen } }, trial) => isSilence(seen.error) && trial.killedAt === null,
    beside: [exit],
  },
  {
    id: 'killed-under-request',
    title: 'The grace period ended with requests in flight',
    explanation:
      'The grace period was over, and the process was killed as an orchestrator would kill it, or given up where the drill may not kill it. What was still in flight then was never answered.',
    advice:
      'Bound the drain by less than the grace period: what is not answered near its end gets a 503 and is ended, and the process exits by itself. See also what held the exit. Node: `timeoutMs` of lastcall-drain. Go: a context with a deadline for `Shutdown`. Spring Boot: `spring.lifecycle.timeout-per-shutdown-phase`. gunicorn: `graceful_timeout`.',
    when: 'the connection ended with the grace period, or was given up after it',
    matches: (fault, trial) => trial.wasKilled(fault),
    beside: [kill],
  },
  {
    id: 'died-of-signal',
    title: 'SIGTERM ended the process with its requests',
    explanation:
      'Nothing was seen of a handler: the signal’s default action ended the process at once. The kernel closed its connections, accepted or not, with the requests on them.',
    advice:
      'Handle SIGTERM: stop taking connections, answer what is in flight, then exit. Node: `process.on("SIGTERM", () => server.close())` with lastcall-drain. Go: `signal.NotifyContext`, then `Shutdown`. Python: a server that drains (gunicorn, uvicorn) in front of the application. Java: a shutdown hook, or the framework’s graceful shutdown.',
    when: 'the connection ended with the process, which died of SIGTERM at once and unexpectedly',
    matches: (fault, trial) => trial.diedOfSignal && trial.wentWithExit(fault),
    beside: [exit],
  },
];

/** Requests that ended with a process which chose to go. */
export const EXIT: readonly RequestRule[] = [
  {
    id: 'exit-before-answer',
    title: 'The process exited with requests on its connections',
    explanation:
      'Connections ended at the very moment of the exit, or a few milliseconds before it, with requests on them. The kernel closes the connections of a process that ends: with FIN where all was read, with a reset where bytes lay unread. They may have been in work, or have come in on connections that the server took for idle: where the exit follows at once, both look the same.',
    advice:
      'Exit only when the last answer is out, and let idle connections bring one more request before they are closed (a linger of half a second, `Connection: close` on the answer). Node: `process.exit` belongs into the callback of `server.close()`, not beside it, and lastcall-drain makes that wait for all of this. Go: `ListenAndServe` returns as soon as `Shutdown` is called, so wait for `Shutdown` itself before `main` returns. nginx and PHP-FPM: SIGTERM is the fast stop, SIGQUIT the graceful one (`STOPSIGNAL SIGQUIT`); HAProxy: SIGUSR1. Spring Boot: `server.shutdown=graceful` (the default since 3.4).',
    when: 'the connection ended in the burst of ends that the exit was, and the exit was abrupt: it took a request that had been read (a FIN without an answer, an effect, half a request), or every connection that ended since the signal, with none announced',
    matches: (fault, trial) => trial.wentWithExit(fault) && trial.exitWasAbrupt,
    beside: [listenerClose, exit],
  },
];
