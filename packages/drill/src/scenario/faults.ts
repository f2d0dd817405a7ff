import { messageOf, UsageError } from './words';

/** Collects what is wrong, so that the user hears of all of it at once. */
export class Faults {
  readonly #faults: string[] = [];

  say(isWrong: boolean, text: string): void {
    if (isWrong) this.#add(text);
  }

  /** The value, or undefined when there was an error instead: `end` tells of it, after `place`. */
  catch<Value>(place: string, make: () => Value): Value | undefined {
    try {
      return make();
    } catch (error) {
      const text = messageOf(error);
      this.#add(error instanceof UsageError ? text : `${place}: ${text}`);
      return undefined;
    }
  }

  /** A value that breaks two rules is wrong once. */
  #add(text: string): void {
    const lines = text.split('\n').filter((line) => !this.#faults.includes(line));
    this.#faults.push(...new Set(lines));
  }

  /** @throws UsageError that lists them, when there are any */
  end(): void {
    if (this.#faults.length > 0) throw new UsageError(this.#faults.join('\n'));
  }
}
