import { quantileSorted } from 'simple-statistics';
import { type Accounted, addCounts, type Counts, noCounts } from '../accounting/account';
import { FAULTS, isFault } from '../accounting/fate';
import type { Mode } from '../modes/mode';
import type { Cause } from '../why/cause';
import { CauseTally } from '../why/cause-tally';
import type { TrialResult } from './trial';

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** All trials of one mode, added up. */
export interface ModeResult {
  readonly mode: Mode;
  readonly trials: number;
  readonly clients: number;
  readonly requests: number;
  readonly counts: Counts;
  readonly unexplained: number;
  /** Trials with at least one fault, unexplained effect, or wrong exit. */
  readonly trialsWithFault: number;
  /** Trials that did not end within the grace period with an exit code that is expected. */
  readonly badExits: number;
  /** From the signal to the exit, ms; null when no trial ended by itself. */
  readonly exitMs: Spread | null;
  /** The same of the yardstick, a process that exits at once, in the modes that measure it. */
  readonly bareExitMs: Spread | null;
  /** The first bad trial, else the last one: the one to show. */
  readonly shown: TrialResult | null;
  /** Why its faults happened, the most frequent first. */
  readonly causes: readonly Cause[];
  /** The first requests that came to a bad end, at most `KEPT_FAULTS`. */
  readonly faults: readonly Fault[];
  /** From the start of its first trial to the end of its last one. */
  readonly tookMs: number;
}

/** A request that came to a bad end. */
export interface Fault {
  readonly trial: number;
  readonly signalledAt: number;
  readonly request: Accounted;
}

/** Enough to see what goes wrong; a server that loses a thousand times loses in the same way each time. */
const KEPT_FAULTS = 500;

/** How many requests came to a bad end. */
export function faultCount(result: Pick<ModeResult, 'counts'>): number {
  return FAULTS.reduce((sum, fate) => sum + result.counts[fate], 0);
}

/** How many bad ends a trial had, unexplained effects included. */
function faultsIn(trial: TrialResult): number {
  return faultCount(trial.account) + trial.account.unexplained.length;
}

export function isClean(trial: TrialResult): boolean {
  return faultsIn(trial) === 0 && trial.isGoodEnd;
}

/** Collects trials as they end, keeping in full only the one to show: a thousand trials are too many to hold. */
export class ModeTally {
  readonly #mode: Mode;
  readonly #clients: number;
  readonly #began = performance.now();
  readonly #counts = noCounts();
  readonly #exits: number[] = [];
  readonly #bareExits: number[] = [];
  readonly #faults: Fault[] = [];
  readonly #causes = new CauseTally();
  #trials = 0;
  #requests = 0;
  #unexplained = 0;
  #trialsWithFault = 0;
  #badExits = 0;
  #shown: TrialResult | null = null;

  constructor(mode: Mode, clients: number) {
    this.#mode = mode;
    this.#clients = clients;
  }

  add(trial: TrialResult): void {
    this.#trials += 1;
    this.#requests += trial.account.requests.length;
    this.#unexplained += trial.account.unexplained.length;
    this.#causes.add(trial.number, trial.causes);
    addCounts(this.#counts, trial.account.counts);
    if (trial.exitMs !== null) this.#exits.push(trial.exitMs);
    if (!trial.isGoodEnd) this.#badExits += 1;
    if (!isClean(trial)) this.#trialsWithFault += 1;
    for (const request of trial.account.requests) {
      if (!isFault(request.fate) || this.#faults.length >= KEPT_FAULTS) continue;
      this.#faults.push({ trial: trial.number, signalledAt: trial.signalledAt, request });
    }
    if (this.#shown === null || isClean(this.#shown)) this.#shown = trial;
  }

  addBare(exitMs: number | null): void {
    if (exitMs !== null) this.#bareExits.push(exitMs);
  }

  result(): ModeResult {
    return {
      mode: this.#mode,
      trials: this.#trials,
      clients: this.#clients,
      requests: this.#requests,
      counts: this.#counts,
      unexplained: this.#unexplained,
      trialsWithFault: this.#trialsWithFault,
      badExits: this.#badExits,
      exitMs: spread(this.#exits),
      bareExitMs: spread(this.#bareExits),
      shown: this.#shown,
      causes: this.#causes.causes(),
      faults: this.#faults,
      tookMs: performance.now() - this.#began,
    };
  }
}

function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) => quantileSorted(sorted, p);
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
