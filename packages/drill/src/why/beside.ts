import type { Fault } from './fault';
import { sinceSignal } from './in-words';
import type { TrialView } from './trial-view';

/** Something else that belongs into the evidence of a request. Null where it was not seen. */
export type Beside = (fault: Fault, trial: TrialView) => string | null;

export const listenerClose: Beside = (_, trial) =>
  trial.listenerClosedAt === null
    ? null
    : `the listener closed at ${sinceSignal(trial.listenerClosedAt, trial)}`;

export const poolEnd: Beside = (_, trial) =>
  trial.facts.poolEndedAt === null
    ? null
    : `the last database session was gone at ${sinceSignal(trial.facts.poolEndedAt, trial)}`;

export const kill: Beside = (_, trial) =>
  trial.killedAt === null ? null : `the grace period ended at ${sinceSignal(trial.killedAt, trial)}`;

export const exit: Beside = (_, trial) => (trial.facts.exitAt === null ? null : exitInWords(trial));

/** Only where the connection ended together with the process. */
export const sameExit: Beside = (fault, trial) => (trial.wentWithExit(fault) ? exitInWords(trial) : null);

export const earlyClose: Beside = ({ earlyClose: answer }, trial) =>
  answer === null || answer.seen.answeredAt === null
    ? null
    : `an earlier answer on it said \`Connection: close\` at ${sinceSignal(answer.seen.answeredAt, trial)}`;

/** How the process ended, and when. */
export function exitInWords(trial: TrialView): string {
  const { exitAt, exitCode, exitSignal } = trial.facts;
  const how =
    exitSignal === null ? `with ${exitCode === null ? 'no code' : `code ${exitCode}`}` : `by ${exitSignal}`;
  return `the process ended ${exitAt === null ? '' : `at ${sinceSignal(exitAt, trial)} `}${how}`;
}
