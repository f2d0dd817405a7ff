import { randomBytes } from 'node:crypto';

export const ID_STYLES = ['text', 'uuid'] as const;
export type IdStyle = (typeof ID_STYLES)[number];

/** So that no id is a part of another one. */
const DIGITS = 6;

/** Where an id comes from. */
export interface IdOrigin {
  /** The trials that run one after the other. */
  readonly lane: number;
  /** The trial's number within the whole run. */
  readonly trial: number;
}

/**
 * The names of one run's requests. Each is unique in the run, and one run's do not occur in another's, so that an effect can
 * be traced to its request wherever it turns up: in a column, in a log line, in a file's name.
 *
 * `text` is short and made of small letters, digits and dashes: it may stand in a path, a header, JSON or SQL as it is.
 * `uuid` is for servers that take nothing else (version 8 of RFC 9562, whose bits are the maker's own).
 */
export class Ids {
  readonly style: IdStyle;
  readonly #run: string;
  readonly #pattern: RegExp;

  /** @param run 8 hexadecimal digits; random by default */
  constructor(style: IdStyle = 'text', run = randomBytes(4).toString('hex')) {
    this.style = style;
    this.#run = style === 'text' ? `d${run}` : run;
    const pattern =
      style === 'text'
        ? `${this.#run}-(?<lane>\\d+)-(?<trial>\\d+)-\\d+`
        : `${run}-(?<lane>[0-9a-f]{4})-8(?<high>[0-9a-f]{3})-8(?<low>[0-9a-f]{3})-[0-9a-f]{12}`;
    this.#pattern = new RegExp(pattern, 'i');
  }

  /** The id of a trial's request. @param number from 1 */
  make(origin: IdOrigin, number: number): string {
    return (
      this.prefix(origin) + (this.style === 'text' ? String(number).padStart(DIGITS, '0') : hex(number, 12))
    );
  }

  /** What all ids of a trial begin with, and no others. */
  prefix({ lane, trial }: IdOrigin): string {
    if (this.style === 'text') return `${this.#run}-${lane}-${trial}-`;
    return `${this.#run}-${hex(lane, 4)}-8${hex(trial >> 12, 3)}-8${hex(trial & 0xfff, 3)}-`;
  }

  /** The first id of this run that a text holds, and where it comes from; null when there is none. */
  find(text: string): { readonly id: string; readonly origin: IdOrigin } | null {
    const match = this.#pattern.exec(text);
    if (match === null) return null;
    const { lane = '', trial, high = '', low = '' } = match.groups ?? {};
    const origin =
      trial === undefined
        ? { lane: Number.parseInt(lane, 16), trial: Number.parseInt(high + low, 16) }
        : { lane: Number(lane), trial: Number(trial) };
    return { id: match[0].toLowerCase(), origin };
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
