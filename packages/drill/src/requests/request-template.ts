import { Expectation, type Expected } from './expectation';
import { Template } from './placeholders';
import type { RequestBytes, RequestShape } from './request-bytes';

/** What a user says of a request. `{{id}}` may stand in the path, in a header's value and in the body. */
export interface RequestWords {
  /** Method and path, such as `POST /orders`; a path alone is a GET. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A text that is sent as it is, or anything else to be sent as JSON. */
  readonly body?: unknown;
  /** How often it is sent, beside the others; 1 by default. */
  readonly weight?: number | undefined;
  readonly expect?: Expected | undefined;
}

/** A request for one id, for those who do not write bytes. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: there is none. */
  readonly body: string | undefined;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** The drill writes them: they frame the request, or say what becomes of the connection. */
const OURS = ['content-length', 'transfer-encoding', 'connection', 'expect'];
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/** One kind of request that the drill sends: what it is made of, and what a right answer is. */
export class RequestTemplate {
  readonly index: number;
  /** Such as `POST /orders`, for reports. */
  readonly title: string;
  readonly method: string;
  readonly weight: number;
  readonly expectation: Expectation;
  /** Whether it has an id, by which an effect could be traced to it. */
  readonly isTracked: boolean;
  readonly #path: Template;
  readonly #headers: readonly (readonly [string, Template])[];
  readonly #body: Template | undefined;
  readonly #isJson: boolean;
  readonly #hasHost: boolean;

  /** @throws Error that says what is wrong with the words */
  constructor(words: RequestWords, index = 0) {
    const [method, path] = readLine(words.request);
    this.index = index;
    this.title = `${method} ${path}`;
    this.method = method;
    this.weight = words.weight ?? 1;
    this.expectation = new Expectation(words.expect);
    this.#path = new Template(path, 'id');
    const body =
      words.body === undefined || typeof words.body === 'string' ? words.body : JSON.stringify(words.body);
    this.#body = body === undefined ? undefined : new Template(body, 'id');
    const headers = Object.entries(words.headers ?? {});
    if (typeof words.body === 'object' && !headers.some(([name]) => name.toLowerCase() === 'content-type'))
      headers.unshift(['content-type', 'application/json']);
    for (const [name, value] of headers) checkHeader(name, value);
    this.#headers = headers.map(([name, value]) => [name, new Template(value, 'id')] as const);
    this.#hasHost = headers.some(([name]) => name.toLowerCase() === 'host');
    this.#isJson = body !== undefined && isJsonObject(body);
    const templates = [this.#path, ...this.#headers.map(([, value]) => value)];
    this.isTracked = [...templates, ...(this.#body === undefined ? [] : [this.#body])].some(
      (part) => part.hasPlace,
    );
  }

  parts(id: string): RequestParts {
    return {
      method: this.method,
      path: this.#path.fill(id),
      headers: Object.fromEntries(this.#headers.map(([name, value]) => [name, value.fill(id)])),
      body: this.#body?.fill(id),
    };
  }

  /** @param host what the field Host says, where the words do not */
  bytes(id: string, host: string, shape: RequestShape = {}): RequestBytes {
    const text = this.#body?.fill(id) ?? '';
    const isLonger = this.#isJson && shape.bodyBytes !== undefined;
    const body = Buffer.from(isLonger ? padded(text, shape.bodyBytes) : text);
    let head = `${this.method} ${this.#path.fill(id)} HTTP/1.1\r\n`;
    if (!this.#hasHost) head += `Host: ${host}\r\n`;
    for (const [name, value] of this.#headers) head += `${name}: ${value.fill(id)}\r\n`;
    if (body.length > 0 || WITH_BODY.includes(this.method)) head += `Content-Length: ${body.length}\r\n`;
    if (shape.close === true) head += 'Connection: close\r\n';
    return { head: Buffer.from(`${head}\r\n`), body };
  }
}

function readLine(line: string): [string, string] {
  const words = line
    .replace(/\{\{\s*(.*?)\s*\}\}/g, '{{$1}}')
    .trim()
    .split(/\s+/);
  const [method = '', path = ''] = words.length === 1 ? ['GET', words[0]] : words;
  if (words.length > 2 || !TOKEN.test(method) || !path.startsWith('/'))
    throw new Error(`"${line}" is no request: a method and a path, such as "POST /orders"`);
  if (!/^[\x21-\x7e]+$/.test(path))
    throw new Error(`"${path}": a path has ASCII characters only (percent-encode it)`);
  return [method.toUpperCase(), path];
}

/** @throws Error when it is no header field, or not the user's to say */
export function checkHeader(name: string, value: string): void {
  if (!TOKEN.test(name)) throw new Error(`"${name}" is no name of a header field`);
  if (/[\r\n\0]/.test(value)) throw new Error(`the header field ${name} may not hold the end of a line`);
  if (OURS.includes(name.toLowerCase()))
    throw new Error(`the header field ${name} is written by the drill itself`);
}

function isJsonObject(text: string): boolean {
  try {
    return text.trimEnd().endsWith('}') && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** JSON may have white space before its last brace. */
function padded(json: string, bytes: number): string {
  const brace = json.lastIndexOf('}');
  const missing = Math.max(0, bytes - Buffer.byteLength(json));
  return json.slice(0, brace) + ' '.repeat(missing) + json.slice(brace);
}
