import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 8;

/** Finds out from outside when the server's last database session ends, whatever the server says about its pool. */
export class PoolWatch {
  #endedAt: number | null = null;
  #stopped = false;
  readonly #done: Promise<void>;

  /**
   * Starts at once.
   * @param sessions how many there are
   * @param now the trial's clock
   */
  constructor(sessions: () => Promise<number>, now: () => number) {
    this.#done = this.#run(sessions, now);
  }

  /** Null while it goes on, and where there never was a session. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** Looks once more: a server may have exited in the very moment in which its pool had ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(sessions: () => Promise<number>, now: () => number): Promise<void> {
    let wasThere = false;
    for (;;) {
      const isLast = this.#stopped;
      const at = now();
      // The database may go with the server: whoever reads the effects then says so.
      const count = await sessions().catch(() => null);
      if (count === null) return;
      wasThere ||= count > 0;
      if (count === 0) {
        if (wasThere) this.#endedAt = at;
        return;
      }
      if (isLast) return;
      await sleep(EVERY_MS);
    }
  }
}
