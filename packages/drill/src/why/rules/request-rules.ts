import { exit, kill, listenerClose } from '../beside';
import type { Fault } from '../fault';
import type { TrialView } from '../trial-view';
import { ANSWERED } from './answered';
import { BEFORE_SIGNAL } from './before-signal';
import { BEGUN, ENDED, QUEUED } from './connections';
import { HALF_REQUEST } from './half-request';
import { PROBES } from './probes';
import { EXIT, FORCED_END } from './process-end';
import { CUT_SOCKETS, PROTOCOLS } from './protocols';
import type { RequestRule } from './rule';

/** What none of the others explains. */
const UNEXPLAINED_END: RequestRule = {
  id: 'unexplained-end',
  title: 'Unexplained end',
  explanation: 'The request came to a bad end in a way that fits no cause that the drill knows.',
  advice: 'The evidence is all that was seen from outside; the server’s log at these times may say more.',
  when: 'no other rule matches',
  matches: () => true,
  beside: [listenerClose, kill, exit],
};

/**
 * Every cause of single requests, in the order in which they are tried: complete answers first, then what had ended
 * before the signal, what the server said, what became of the process, and last what only a connection can tell.
 */
export const REQUEST_RULES: readonly RequestRule[] = [
  ...HALF_REQUEST,
  ...PROBES,
  ...ANSWERED,
  ...BEFORE_SIGNAL,
  ...PROTOCOLS,
  ...FORCED_END,
  ...BEGUN,
  ...QUEUED,
  ...EXIT,
  ...CUT_SOCKETS,
  ...ENDED,
  UNEXPLAINED_END,
];

/** The one rule that a fault belongs to. */
export function ruleOf(fault: Fault, trial: TrialView): RequestRule {
  return REQUEST_RULES.find((rule) => rule.matches(fault, trial)) ?? UNEXPLAINED_END;
}
