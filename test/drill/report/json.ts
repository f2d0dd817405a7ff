import type { ModeResult } from '../run/mode-result';
import { isFaultless } from './verdict';

/** What was run, for whoever reads the result later. */
export interface Setting {
  readonly command: string;
  readonly clients: number;
  readonly trials: number;
  readonly seed: number;
  readonly startedAt: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly tookMs: number;
}

/** The result as JSON: the sums of each mode, the requests that came to a bad end, and the shown trial in full. */
export function jsonReport(setting: Setting, results: readonly ModeResult[]): string {
  const modes = results.map(({ mode, ...result }) => ({
    mode: mode.name,
    title: mode.title,
    policy: mode.policy,
    ...result,
  }));
  return `${JSON.stringify({ faultless: isFaultless(results), setting, modes }, null, 1)}\n`;
}
