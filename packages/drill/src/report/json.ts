import type { Accounted } from '../accounting/account';
import type { ModeResult } from '../run/mode-result';
import type { TrialResult } from '../run/trial';
import type { Outcome } from './outcome';
import type { ModeReport, Report, RequestReport, TrialReport } from './report-schema';
import { isFaultless, verdict } from './verdict';

/** The result as JSON: the sums of each mode, the requests that came to a bad end, and the shown trial in full. */
export function jsonReport(outcome: Outcome): string {
  return `${JSON.stringify(reportOf(outcome), rounded, 1)}\n`;
}

function reportOf({ setting, results, leftOut }: Outcome): Report {
  return {
    schema: 1,
    faultless: isFaultless(results),
    verdict: verdict(results, setting),
    setting,
    modes: results.map(modeReport),
    leftOut: leftOut.map(({ mode, lacks }) => ({ mode: mode.name, title: mode.title, lacks })),
  };
}

function modeReport({ mode, shown, faults, ...sums }: ModeResult): ModeReport {
  return {
    mode: mode.name,
    title: mode.title,
    policy: mode.policy,
    ...sums,
    faults: faults.map(({ trial, request, signalledAt }) => ({
      trial,
      request: requestReport(request, signalledAt),
    })),
    shown: shown === null ? null : trialReport(shown),
  };
}

function trialReport(trial: TrialResult): TrialReport {
  const { number, isGoodEnd, exitMs, account, signalledAt: zero } = trial;
  return {
    number,
    isGoodEnd,
    end: { ...trial.end, at: since(zero, trial.end.at) },
    exitMs,
    counts: account.counts,
    unexplained: account.unexplained,
    requests: account.requests.map((request) => requestReport(request, zero)),
    connections: trial.connections.map((span) => ({
      ...span,
      openedAt: span.openedAt - zero,
      connectedAt: since(zero, span.connectedAt),
      firstReadAt: since(zero, span.firstReadAt),
      endedAt: since(zero, span.endedAt),
    })),
    marks: trial.marks.map(({ at, label }) => ({ at: at - zero, label })),
    log: trial.log.map(({ at, text }) => ({ at: at - zero, text })),
  };
}

function requestReport({ seen, fate, effects, reason }: Accounted, zero: number): RequestReport {
  return {
    ...seen,
    fate,
    reason: reason ?? null,
    effects,
    startedAt: seen.startedAt - zero,
    connectedAt: since(zero, seen.connectedAt),
    firstByteAt: since(zero, seen.firstByteAt),
    allBytesAt: since(zero, seen.allBytesAt),
    answeredAt: since(zero, seen.answeredAt),
    endedAt: since(zero, seen.endedAt),
  };
}

function since(zero: number, at: number | null): number | null {
  return at === null ? null : at - zero;
}

/** To the microsecond: what stands behind it is noise, and a third of the file. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
