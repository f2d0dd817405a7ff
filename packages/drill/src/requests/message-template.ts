import { Template } from './placeholders';
import { checkHeader } from './request-template';

/** What a user says of a WebSocket. `{{id}}` may stand in `message` and in `ack`. */
export interface MessageWords {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What is sent before everything else, and what the server's answer to it contains. */
  readonly hello?: { readonly send: string; readonly until: string } | undefined;
  readonly message: string;
  /** What a message that acknowledges contains. Left out: none does. */
  readonly ack?: string | undefined;
  /**
   * What a message contains, or between slashes the regular expression that it matches, after which clients say nothing more;
   * and what they answer to it, with $1 for a group of the expression.
   */
  readonly goodbye?: { readonly says: string; readonly answer: string } | undefined;
}

/** The messages that clients send over a WebSocket, and those by which the server answers. */
export class MessageTemplate {
  readonly index: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hello: MessageWords['hello'];
  readonly hasAck: boolean;
  readonly isTracked = true;
  readonly #message: Template;
  readonly #ack: Template;
  readonly #goodbye: { readonly says: RegExp | string; readonly answer: string } | undefined;

  /** @throws Error that says what is wrong with the words */
  constructor({ path, headers = {}, hello, message, ack, goodbye }: MessageWords, index: number) {
    if (!/^\/[\x21-\x7e]*$/.test(path))
      throw new Error(`"${path}" is no path, such as /socket, of ASCII characters only`);
    refuseId('the path', path);
    for (const [name, value] of Object.entries(headers)) {
      checkHeader(name, value);
      refuseId(`the header field ${name}`, value);
    }
    this.index = index;
    this.path = path;
    this.headers = headers;
    this.hello = hello;
    this.#goodbye = goodbye && { ...goodbye, says: patternOf(goodbye.says) };
    this.hasAck = ack !== undefined;
    this.#message = new Template(message, 'id');
    this.#ack = new Template(ack ?? '', 'id');
    const without = [this.#message, ...(this.hasAck ? [this.#ack] : [])].some(({ hasPlace }) => !hasPlace);
    if (without)
      throw new Error('the message, and what acknowledges it, need {{id}}: else nobody knows which it was');
  }

  text(id: string): string {
    return this.#message.fill(id);
  }

  acknowledges(text: string, id: string): boolean {
    return this.hasAck && text.includes(this.#ack.fill(id));
  }

  /** What a client answers to a goodbye, and nothing more; null when `text` is none. */
  answerToGoodbye(text: string): string | null {
    if (this.#goodbye === undefined) return null;
    const { says, answer } = this.#goodbye;
    if (typeof says === 'string') return text.includes(says) ? answer : null;
    says.lastIndex = 0; // with the flags g and y it would go on from its last match
    const match = says.exec(text);
    return match === null
      ? null
      : answer.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  }
}

/** What is sent once a connection. */
function refuseId(what: string, text: string): void {
  if (/\{\{\s*id\s*\}\}/.test(text))
    throw new Error(`${what} may not hold {{id}}: a WebSocket has many messages, each with an id of its own`);
}

function patternOf(says: string): RegExp | string {
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/s.exec(says) ?? [];
  return source === undefined ? says : new RegExp(source, flags);
}
