import type { ReadinessProbe } from '../../src/adapters/koa/observing/health-routes';

/** Answers, or not, as it was told to. */
export class SettableReadiness implements ReadinessProbe {
  answers = true;

  async check(): Promise<void> {
    if (!this.answers) throw new Error('told not to answer');
  }
}
