import type { ModeResult } from '../run/mode-result';
import type { Scenario } from '../scenario/scenario';
import type { Report } from './report-schema';

/** What was run, for whoever reads the result later. */
export type Setting = Report['setting'];

/** All that a report tells. */
export interface Outcome {
  readonly setting: Setting;
  readonly results: readonly ModeResult[];
  /** Modes that could not be run, and what they lack. */
  readonly leftOut: Scenario['leftOut'];
}
