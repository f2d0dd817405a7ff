import type { ReadinessProbe } from '../../application/ports/readiness-probe';

/** Answers, or not, as it was told to. */
export class SettableReadiness implements ReadinessProbe {
  answers = true;

  async check(): Promise<void> {
    if (!this.answers) throw new Error('told not to answer');
  }
}
