/** One line of a server's output. */
export interface LogLine {
  /** `performance.now()` at which the drill read it: at most a few ms after it was written. */
  readonly at: number;
  readonly text: string;
}

/** How many of the latest lines are kept: enough for a shutdown, too few for a talkative server to matter. */
const KEPT = 400;

/** Splits a server's output into lines. */
export class LogLines {
  #rest = '';
  readonly #lines: LogLine[] = [];

  take(bytes: Buffer): void {
    const at = performance.now();
    const parts = (this.#rest + bytes.toString('utf8')).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const text of parts) if (text.trim() !== '') this.#lines.push({ at, text });
    if (this.#lines.length > KEPT) this.#lines.splice(0, this.#lines.length - KEPT);
  }

  all(): readonly LogLine[] {
    return this.#lines;
  }

  /** The latest output, for an error message. */
  tail(): string {
    return [...this.#lines.slice(-15).map((line) => line.text), this.#rest].join('\n');
  }
}
