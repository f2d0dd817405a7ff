import { exitInWords } from '../beside';
import { EVIDENCE_LINES } from '../cause';
import { clip, sinceSignal } from '../in-words';
import { DEFAULT_ACTION_MS } from '../thresholds';
import type { TrialView } from '../trial-view';
import type { Finding, TrialRule } from './rule';

/** Wrong ways for the process to end by itself. */
export const EXITS: readonly TrialRule[] = [
  {
    id: 'exit-before-signal',
    of: 'trials',
    title: 'The process ended before the signal',
    explanation: 'The process ended under the load, before it was asked to.',
    advice: 'This is a crash, not a stop: look at the last lines of its log.',
    when: 'the exit came before the signal',
    find: (trial) => ((trial.facts.exitAt ?? Infinity) < trial.facts.signalledAt ? ended(trial) : null),
  },
  {
    id: 'no-signal-handler',
    of: 'trials',
    title: 'SIGTERM ended the process by its default action',
    explanation:
      'The process died of the signal at once, and nothing was seen of a handler. A shell with 128 + 15 says the same of its child.',
    advice:
      'Handle SIGTERM, or let the framework do so. See, too, that it is the server that gets the signal: a shell in front of it dies alone. If the server drains and then raises the signal again on purpose, tell the drill that this exit is expected.',
    when: `ended by SIGTERM or with 143, unexpectedly, within ${DEFAULT_ACTION_MS} ms, its listener open until then, and with it went requests`,
    find: (trial) =>
      trial.diedOfSignal && trial.faults.some((fault) => trial.wentWithExit(fault)) ? ended(trial) : null,
  },
  {
    id: 'ended-by-signal',
    of: 'trials',
    title: 'A signal ended the process',
    explanation:
      'The process did not end by an exit of its own: a signal ended it, or it reports one as 128 and its number. SIGSEGV and SIGABRT are crashes; a SIGKILL that the drill has not sent is most often the kernel short of memory; SIGTERM may be raised again by a server that is done, or never have been handled: with nothing in flight both look the same.',
    advice:
      'For a crash look at the log, for SIGKILL at the memory. Where nothing handles SIGTERM, let something. A JVM exits with 143 after SIGTERM even if every shutdown hook has run, and Puma and uvicorn raise the signal again: tell the drill that these are expected (Puma: or `raise_exception_on_sigterm false`).',
    when: 'a signal other than the drill’s SIGKILL, or a code from 129 to 192, and unexpected',
    find: (trial) => (isBad(trial) && isOfSignal(trial) ? ended(trial) : null),
  },
  {
    id: 'wrong-exit-code',
    of: 'trials',
    title: 'The exit code is wrong',
    explanation:
      'The process ended by itself within the grace period, with a code that says that something went wrong. An orchestrator counts that as a failure, and may restart or report it.',
    advice:
      'Look at the last lines of the log for what threw during the stop: a pool that is ended twice, a query after its end, a promise that nobody awaits. Exit with 0 when all is done.',
    when: 'any other exit that is not expected',
    find: (trial) => (isBad(trial) ? ended(trial) : null),
  },
];

function isBad(trial: TrialView): boolean {
  return !trial.facts.killed && !trial.exitWasExpected;
}

/** Shells and containers report a signal's number on top of 128. */
function isOfSignal({ facts: { exitCode, exitSignal } }: TrialView): boolean {
  return exitSignal !== null || (exitCode !== null && exitCode > 128 && exitCode <= 128 + 64);
}

function ended(trial: TrialView): Finding {
  const { log } = trial.facts;
  const bad = trial.faults.length;
  const requests = `${bad === 0 ? 'no request' : bad === 1 ? 'one request' : `${bad} requests`} came to a bad end`;
  const last = log
    .slice(1 - EVIDENCE_LINES)
    .map(({ at, text }) => `log ${sinceSignal(at, trial)}: ${clip(text)}`);
  return { count: 1, evidence: [`${exitInWords(trial)}; ${requests}`, ...last] };
}
