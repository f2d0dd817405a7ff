import { Presets, SingleBar } from 'cli-progress';
import type { Mode } from '../modes/mode';
import { stopWord } from '../report/verdict';
import { inMinutes, TimeLeft } from './time-left';

const BAR_WIDTH = 30;

/** A progress bar on standard error, erased at its end; nothing when that is not a terminal. */
export class Progress {
  readonly #modes: readonly Mode[];
  readonly #perMode: number;
  readonly #stops: string;
  #running: { readonly bar: SingleBar; readonly left: TimeLeft } | null = null;

  /** @param signal what the server is told to stop by; null: a command */
  constructor(modes: readonly Mode[], trials: number, signal: string | null = 'SIGTERM') {
    this.#modes = modes;
    this.#perMode = trials;
    this.#stops = `${stopWord(signal)}s`;
  }

  /** The first trial begins. */
  begin(): void {
    if (process.stderr.isTTY !== true || process.env.TERM === 'dumb') return;
    const left = new TimeLeft(this.#modes.length, this.#perMode);
    const bar = new SingleBar(
      {
        format: (options, { progress, value, total }, { mode }) => {
          const full = Math.round(progress * BAR_WIDTH);
          const shown = `${options.barCompleteString?.slice(0, full)}${options.barIncompleteString?.slice(0, BAR_WIDTH - full)}`;
          const ms = left.ms();
          return `${shown} ${value}/${total} ${this.#stops}  ${mode}${ms === null ? '' : `  ${inMinutes(ms)} left`}`;
        },
        barsize: BAR_WIDTH,
        clearOnComplete: true,
        // Otherwise a terminal is left without it when the drill is interrupted.
        linewrap: true,
      },
      Presets.shades_classic,
    );
    bar.start(this.#modes.length * this.#perMode, 0, { mode: this.#modes[0]?.name ?? '' });
    this.#running = { bar, left };
  }

  trialDone(mode: Mode, done: number): void {
    const index = this.#modes.indexOf(mode);
    const next = done < this.#perMode ? mode : (this.#modes[index + 1] ?? mode);
    this.#running?.left.trialDone(done);
    this.#running?.bar.update(index * this.#perMode + done, { mode: next.name });
  }

  end(): void {
    this.#running?.bar.stop();
    this.#running = null;
  }
}
