import { type Fate, isCleanRejection } from '../../accounting/fate';
import { exit, poolEnd } from '../beside';
import type { Fault } from '../fault';
import { MIXED_MS, POOL_MS } from '../thresholds';
import type { TrialView } from '../trial-view';
import type { RequestRule } from './rule';

/** One may be out of turn. */
const SEVERAL = 3;

/** Requests with a complete answer that was not the right one. */
export const ANSWERED: readonly RequestRule[] = [
  {
    id: 'success-without-effect',
    title: 'A success was answered, and nothing was done',
    explanation:
      'Clients were told that their request had been carried out, and it was not. It happened before the signal, to requests among others that have their effect, so it is not the stop that does it.',
    advice:
      'Answer only when the work is committed, and let an error of the commit become an error of the answer. If the effect is meant to come later, it has to be stored before the answer.',
    when: 'a success without an effect, in a trial in which that happened before the signal, and later ones have theirs',
    matches: ({ request }, trial) => request.fate === 'missing' && forgetsUnderLoad(trial),
  },
  {
    id: 'answered-before-commit',
    title: 'A success was answered before the work was safe',
    explanation:
      'Clients were told that their request had been carried out, and it was not: the process ended with the work still in memory. All that was answered earlier has its effect.',
    advice:
      'Answer only when the work is committed. Work that goes on after the answer (a queue in memory, a batch, a background task) has to be finished or stored before the process exits, and before its database pool ends. Node: wait for it in the callback of `server.close()`, which lastcall-drain calls when the last answer is out.',
    when: 'a success without an effect, after which none that was answered has one',
    matches: ({ request }) => request.fate === 'missing',
    beside: [poolEnd, exit],
  },
  {
    id: 'error-with-effect',
    title: 'An error was answered, and the work was done',
    explanation:
      'Clients were told that their request had failed, and its effect is there: something went wrong between the commit and the answer. A client that tries again doubles the effect.',
    advice:
      'Let nothing that can fail stand between the commit and the answer, and end the database pool, caches and queues only after the last answer. Idempotency keys make a retry harmless in any case.',
    when: 'an answer other than a success, and an effect',
    matches: ({ request: { seen, fate } }) => fate === 'phantom' && seen.answeredAt !== null,
    beside: [poolEnd],
  },
  {
    id: 'gateway-error',
    title: 'A gateway had lost the server behind it',
    explanation:
      'The answer is 502 or 504, which a proxy gives when the server behind it has ended, or ended the connection (RFC 9110, 15.6.3 and 15.6.5). Client and proxy were still connected.',
    advice:
      'Stop the proxy first, and the server behind it only when the proxy has gone. Where only the server is replaced, let the proxy try another one for what was never sent (nginx `proxy_next_upstream`, HAProxy `retry-on conn-failure`).',
    when: 'answered 502 or 504',
    matches: (fault) => [502, 504].includes(statusOf(fault)),
  },
  {
    id: 'error-under-load',
    title: 'The server answers errors under plain load',
    explanation:
      'Requests were answered with a 5xx before the signal was sent. Those after it, if no pool had ended by then, are counted here as well: the stop need not have anything to do with them.',
    advice:
      'Look into the server’s log for the error; the drill’s load is all that it takes to see it again.',
    when: 'a 5xx before the signal; or after it, in a trial that had one before, while the pool was still there',
    matches: (fault, trial) => isServerError(fault) && isOfPlainLoad(fault, trial),
  },
  {
    id: 'error-after-signal',
    title: 'The stop took away what requests still needed',
    explanation:
      'Requests were answered with a 5xx after the signal, and none before it. Something that they need (most often the database pool) was stopped while they were still in flight or still let in.',
    advice:
      'Stop in the reverse order of need: first the HTTP server, and when its last answer is out the pool, queues and caches. Node: end the pool in the callback of `server.close()` or after `await server.drain()` of lastcall-drain; in NestJS in `onApplicationShutdown`, not in `onModuleDestroy`. Go: after `Shutdown` has returned. Spring Boot: graceful shutdown comes before the beans are destroyed.',
    when: 'a 5xx other than 503 after the signal',
    matches: isServerError,
    beside: [poolEnd],
  },
  {
    id: 'refused-under-load',
    title: 'Requests were refused before the signal',
    explanation: 'The server said 503 or 4xx to a request that it can carry out, with no stop anywhere near.',
    advice:
      'If it is the server’s limit (a rate limit, a full queue), drill it with fewer clients; else see whether the request that the drill sends is one that it understands.',
    when: 'a 503 or 4xx before the signal where a refusal is not accepted',
    matches: (fault, { facts }) =>
      isRefusal(fault) && (fault.request.seen.answeredAt ?? 0) < facts.signalledAt,
  },
  {
    id: 'refused-needlessly',
    title: 'Requests were refused that could have been carried out',
    explanation:
      'After the signal the server told clients plainly that it did nothing for them. They may safely try elsewhere, but here every request had been sent to a server that could still have carried it out.',
    advice:
      'While the server drains, let in what arrives on connections that are already there, and say `Connection: close` on its answer. Node: lastcall-drain does so; Fastify answers 503 by itself unless `return503OnClosing` is false. If a refusal is fine with you, tell the drill that it may be.',
    when: 'a 503 or 4xx after the signal where a refusal is not accepted',
    matches: isRefusal,
  },
  {
    id: 'wrong-answer',
    title: 'The answer was not the one that was asked for',
    explanation: 'A complete answer came that is neither the expected success nor a plain refusal.',
    advice:
      'Compare the evidence with what the drill was told to expect: the status, and what the body has to say.',
    when: 'any other complete answer',
    matches: ({ request: { seen } }) => seen.answeredAt !== null,
  },
];

/**
 * Whether a success without an effect is older than one with it, by more than chance: then the work is not what was under way when
 * the process ended.
 */
function forgetsUnderLoad({ facts }: TrialView): boolean {
  const answered = (fate: Fate) =>
    facts.requests.flatMap(({ seen, fate: own }) =>
      own === fate && seen.answeredAt !== null ? [seen.answeredAt] : [],
    );
  const done = answered('acknowledged').sort((a, b) => b - a);
  const first = answered('missing').reduce(
    (earliest, at) => Math.min(earliest, at),
    Number.POSITIVE_INFINITY,
  );
  const after = done[SEVERAL - 1];
  return after !== undefined && first < facts.signalledAt && first < after - MIXED_MS;
}

/** Of a complete answer; 0 where there is none. */
function statusOf({ request: { seen } }: Fault): number {
  return seen.answeredAt === null ? 0 : (seen.status ?? 0);
}

function isServerError(fault: Fault): boolean {
  return fault.request.fate === 'failed' && statusOf(fault) >= 500 && statusOf(fault) !== 503;
}

function isOfPlainLoad(fault: Fault, trial: TrialView): boolean {
  const { signalledAt, poolEndedAt } = trial.facts;
  const at = (of: Fault) => of.request.seen.answeredAt ?? 0;
  if (at(fault) < signalledAt) return true;
  if (poolEndedAt !== null && at(fault) >= poolEndedAt - POOL_MS) return false;
  return trial.faults.some((other) => isServerError(other) && at(other) < signalledAt);
}

function isRefusal(fault: Fault): boolean {
  return isCleanRejection(statusOf(fault));
}
