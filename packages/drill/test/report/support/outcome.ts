import { noCounts } from '../../../src/accounting/account';
import type { Fate } from '../../../src/accounting/fate';
import { keptAlive } from '../../../src/modes/kept-alive';
import type { Outcome } from '../../../src/report/outcome';
import type { ModeResult } from '../../../src/run/mode-result';
import type { TrialResult } from '../../../src/run/trial';
import type { Cause } from '../../../src/why/cause';

/** The result of a mode, faultless where nothing else is said. */
export function modeResult({
  counts = {},
  ...rest
}: Partial<Omit<ModeResult, 'counts'>> & {
  readonly counts?: Partial<Record<Fate, number>>;
} = {}): ModeResult {
  return {
    mode: keptAlive,
    trials: 2,
    clients: 4,
    requests: 20,
    counts: { ...noCounts(), acknowledged: 20, ...counts },
    unexplained: 0,
    trialsWithFault: 0,
    badExits: 0,
    exitMs: { median: 12, p95: 20, max: 21 },
    bareExitMs: null,
    shown: null,
    faults: [],
    causes: [],
    tookMs: 1500,
    ...rest,
  };
}

/** A trial that has one line of a log after its signal. */
export function trialWithLog(text: string): TrialResult {
  return {
    number: 1,
    account: { requests: [], counts: noCounts(), unexplained: [] },
    end: { killed: false, code: 1, signal: null, at: 130 },
    isGoodEnd: false,
    exitMs: 30,
    signalledAt: 100,
    connections: [],
    marks: [{ at: 100, label: 'signal' }],
    causes: [],
    log: [{ at: 110, text }],
  };
}

export function causeOf(rest: Partial<Cause> = {}): Cause {
  return {
    id: 'cut-off',
    title: 'Answers are cut off',
    explanation: 'The process exits while requests are in flight.',
    advice: 'Wait for them.',
    of: 'requests',
    fates: ['lost'],
    count: 3,
    trials: 1,
    evidence: ['connection 4 was reset 2 ms after the signal'],
    ...rest,
  };
}

/** A mode that lost three requests, for that cause. */
export function lossyResult(cause: Partial<Cause> = {}, rest: Partial<ModeResult> = {}): ModeResult {
  const causes = [causeOf(cause)];
  return { ...modeResult({ counts: { acknowledged: 17, lost: 3 }, trialsWithFault: 1, causes }), ...rest };
}

export function outcomeOf(results: readonly ModeResult[], rest: Partial<Outcome> = {}): Outcome {
  return {
    setting: {
      version: '0.1.0',
      command: 'node server.js',
      signal: 'SIGTERM',
      requests: ['GET /'],
      effects: true,
      clients: 4,
      trials: 2,
      seed: 1,
      startedAt: '2026-01-02T03:04:05.678Z',
      node: 'v22.0.0',
      platform: 'Linux 6.1',
      cpus: 2,
      tookMs: 3000,
    },
    results,
    leftOut: [],
    ...rest,
  };
}
