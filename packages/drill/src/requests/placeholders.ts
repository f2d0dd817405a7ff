const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** A text with places for values: `/orders/{{id}}`. It is cut up once, and filled in many times. */
export class Template {
  readonly #pieces: readonly string[];
  /** Whether there is a place for the value at all. */
  readonly hasPlace: boolean;

  /** @throws Error when it has a place for anything else than `name` */
  constructor(text: string, name: string) {
    for (const [whole, found = ''] of text.matchAll(PLACEHOLDER)) {
      if (found !== name) throw new Error(`${whole} is not known: there is {{${name}}} alone`);
    }
    this.#pieces = text.split(PLACEHOLDER).filter((_, index) => index % 2 === 0);
    this.hasPlace = this.#pieces.length > 1;
  }

  fill(value: string): string {
    return this.#pieces.join(value);
  }
}

/** Fills in the places of words that are used only now and then. @throws Error when there is a place for what `values` lacks */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) {
      const known = Object.keys(values).map((known) => `{{${known}}}`);
      throw new Error(`${whole} is not known here: there is ${known.join(', ')}`);
    }
    return value;
  });
}
