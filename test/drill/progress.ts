import { Presets, SingleBar } from 'cli-progress';
import type { Mode } from './modes/mode';

/** A progress bar on standard error; nothing when that is not a terminal. */
export class Progress {
  readonly #bar: SingleBar;
  readonly #perMode: number;
  readonly #modes: readonly Mode[];

  constructor(modes: readonly Mode[], trials: number) {
    this.#modes = modes;
    this.#perMode = trials;
    this.#bar = new SingleBar(
      {
        format: '{bar} {value}/{total} SIGTERMs  {mode}  {eta_formatted} left',
        noTTYOutput: false,
        etaBuffer: 50,
      },
      Presets.shades_classic,
    );
    this.#bar.start(modes.length * trials, 0, { mode: modes[0]?.name ?? '' });
  }

  trialDone(mode: Mode, done: number): void {
    this.#bar.update(this.#modes.indexOf(mode) * this.#perMode + done, { mode: mode.name });
  }

  end(): void {
    this.#bar.stop();
  }
}
