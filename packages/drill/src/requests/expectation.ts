import { isDeepStrictEqual } from 'node:util';
import { Template } from './placeholders';

/** What a right answer is like; what is left out may be anything, but for the status, which is 2xx then. */
export interface Expected {
  /** Such as `201`, `200,404` or `2xx`. */
  readonly status?: number | string | undefined;
  /** What the body contains, or, between slashes, the regular expression that it matches. */
  readonly body?: string | undefined;
  /** JSON which the body's JSON has to hold: of objects these members, everything else as it is. */
  readonly json?: unknown;
  /** Header fields: what their values contain, or an empty text where any will do. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A complete answer. The names of the header fields are in lower case. */
export interface AnswerParts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What is wrong with the body itself, whatever was expected. */
  readonly flaw?: string;
}

type Check = (answer: AnswerParts, id: string) => string | null;

/** Tells a right answer from a wrong one, and what is wrong with it. */
export class Expectation {
  readonly #isStatus: (status: number) => boolean;
  readonly #status: string;
  readonly #checks: readonly Check[];

  /** @throws Error that says what is wrong with what was expected */
  constructor(expected: Expected = {}) {
    this.#status = String(expected.status ?? '2xx');
    this.#isStatus = statusTest(this.#status);
    this.#checks = [
      ...Object.entries(expected.headers ?? {}).map(([name, value]) => headerCheck(name, value)),
      ...(expected.body === undefined ? [] : [bodyCheck(expected.body)]),
      ...(expected.json === undefined ? [] : [jsonCheck(expected.json)]),
    ];
  }

  isStatus(status: number): boolean {
    return this.#isStatus(status);
  }

  /** What is wrong with the answer, in words; null when it is right. */
  mismatch(answer: AnswerParts, id: string): string | null {
    if (!this.#isStatus(answer.status)) return `answered ${answer.status}, and not ${this.#status}`;
    if (answer.flaw !== undefined) return answer.flaw;
    for (const check of this.#checks) {
      const wrong = check(answer, id);
      if (wrong !== null) return wrong;
    }
    return null;
  }
}

/** @throws Error when `text` is no list of statuses */
function statusTest(text: string): (status: number) => boolean {
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  const wrong = parts.find((part) => !/^[1-5](?:\d\d|xx)$/.test(part));
  if (wrong !== undefined)
    throw new Error(
      `"${wrong}" is no status: a number such as 201, a class such as 2xx, or several with commas`,
    );
  return (status) =>
    parts.some((part) => (part.endsWith('xx') ? String(status)[0] === part[0] : String(status) === part));
}

function bodyCheck(text: string): Check {
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (pattern === null) {
    const wanted = new Template(text, 'id');
    return ({ body }, id) =>
      body.includes(wanted.fill(id)) ? null : `the body lacks ${quoted(wanted.fill(id))}: ${quoted(body)}`;
  }
  const [, source = '', flags = ''] = pattern;
  const wanted = new Template(source, 'id');
  new RegExp(wanted.fill('id'), flags); // so that a mistake is told at the start
  return ({ body }, id) =>
    new RegExp(wanted.fill(id), flags).test(body) ? null : `the body does not match ${text}: ${quoted(body)}`;
}

function headerCheck(name: string, value: string): Check {
  const wanted = new Template(value, 'id');
  return ({ headers }, id) => {
    const given = headers[name.toLowerCase()];
    if (given === undefined) return `the answer has no ${name}`;
    return given.includes(wanted.fill(id)) ? null : `the answer's ${name} is ${quoted(given)}`;
  };
}

function jsonCheck(json: unknown): Check {
  const wanted = new Template(JSON.stringify(json), 'id');
  return ({ body }, id) => {
    let given: unknown;
    try {
      given = JSON.parse(body);
    } catch {
      return `the body is no JSON: ${quoted(body)}`;
    }
    const text = wanted.fill(id);
    return holds(given, JSON.parse(text)) ? null : `the body does not hold ${text}: ${quoted(body)}`;
  };
}

function holds(given: unknown, wanted: unknown): boolean {
  if (!isObject(wanted) || !isObject(given)) return isDeepStrictEqual(given, wanted);
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(given, name) && holds(given[name], value),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTED = 80;

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text);
}
