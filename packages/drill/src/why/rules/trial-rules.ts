import { EFFECTS } from './effects';
import { EXITS } from './exits';
import { KILLS } from './kills';
import type { TrialRule } from './rule';

/** Everything that can be wrong with the end of a process. A process ends once: the first rule that finds something holds. */
export const END_RULES: readonly TrialRule[] = [...KILLS, ...EXITS];

/** These can hold side by side. */
export const EFFECT_RULES: readonly TrialRule[] = EFFECTS;
