import type { Command } from 'commander';
import { Faults } from '../scenario/faults';
import type { ScenarioWords } from '../scenario/schema';
import { field, json, numeric, textOrFile } from './values';

type Words = NonNullable<ScenarioWords['requests']>[number];

/**
 * The options that make requests. Those after a `--request` belong to it, those before the first one to all of them.
 */
export class RequestOptions {
  readonly #common: Partial<Words> = {};
  readonly #requests: Words[] = [];
  /** What is wrong with their values. */
  readonly faults = new Faults();

  /** Adds them to a command line, which then fills this in. */
  declare(command: Command): void {
    const each = (flags: string, text: string, take: (value: string) => void) =>
      command.option(flags, text, (value: string) =>
        this.faults.catch(/--[\w-]+/.exec(flags)?.[0] ?? flags, () => take(value)),
      );
    each('--request <line>', 'method and path, such as "POST /orders"; may be repeated', (line) => {
      this.#requests.push({ request: line });
    });
    each(
      '-H, --header <field>',
      'a header field, such as "content-type: application/json"; may be repeated',
      (text) => {
        if (!text.includes(':')) throw new Error('a name and a value, such as "accept: text/plain"');
        this.#last.headers = { ...this.#last.headers, ...field(text) };
      },
    );
    each('--body <text>', 'its body, or @file', (body) => {
      this.#last.body = textOrFile(body);
    });
    each('--weight <n>', 'how often it is sent, beside the others', (weight) => {
      if (this.#requests.length === 0) throw new Error('it belongs to the --request before it');
      this.#last.weight = numeric(weight) as number;
    });
    each('--expect <status>', 'what a right answer has: 201, 2xx or 200,404', (status) =>
      this.#expect({ status }),
    );
    each('--expect-body <text>', 'what its body contains, or /a regular expression/', (body) =>
      this.#expect({ body }),
    );
    each('--expect-json <json>', 'what its JSON holds', (text) => this.#expect({ json: json(text) }));
    each('--expect-header <field>', 'a header field, and what its value contains; may be repeated', (text) =>
      this.#expect({ headers: { ...this.#last.expect?.headers, ...field(text) } }),
    );
  }

  /** Undefined when none of them was given. */
  words(): Words[] | undefined {
    const isGiven = Object.keys(this.#common).length > 0;
    if (this.#requests.length === 0 && !isGiven) return undefined;
    const requests = this.#requests.length === 0 ? [{ request: 'GET /' }] : this.#requests;
    return requests.map((own) => {
      const headers = { ...this.#common.headers, ...own.headers };
      const expect = { ...this.#common.expect, ...own.expect };
      return {
        ...this.#common,
        ...own,
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(Object.keys(expect).length > 0 && { expect }),
      };
    });
  }

  get #last(): Partial<Words> {
    return this.#requests.at(-1) ?? this.#common;
  }

  #expect(more: NonNullable<Words['expect']>): void {
    this.#last.expect = { ...this.#last.expect, ...more };
  }
}
