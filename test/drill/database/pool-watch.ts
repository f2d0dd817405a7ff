import { setTimeout as sleep } from 'node:timers/promises';
import type { JobsTable } from './jobs-table';

const EVERY_MS = 8;

/** Finds out from outside when the server's last database session ends, whatever the server says about its pool. */
export class PoolWatch {
  #endedAt: number | null = null;
  #stopped = false;
  readonly #done: Promise<void>;

  /** Starts at once. @param now the trial's clock */
  constructor(table: JobsTable, now: () => number) {
    this.#done = this.#run(table, now);
  }

  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** Looks once more: a server may have exited in the very moment in which its pool had ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(table: JobsTable, now: () => number): Promise<void> {
    for (;;) {
      const isLast = this.#stopped;
      const at = now();
      if ((await table.sessions()) === 0) {
        this.#endedAt = at;
        return;
      }
      if (isLast) return;
      await sleep(EVERY_MS);
    }
  }
}
