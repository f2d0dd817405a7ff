import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import bodyParser, { type Options as BodyParserOptions } from 'koa-bodyparser';
import { RequestError } from './problem';
import { parseStrictJson } from './strict-json';

/**
 * The largest body, in bytes after decompression. A name of 255 characters has 3 KiB when all of it is escaped; ten
 * thousand clients that never finish theirs have this much each.
 */
export const BODY_LIMIT_BYTES = 16 * 1024;

/** Not Brotli: each body would have a window of up to 16 MiB, by its sender's choice, before it has brought a byte. */
export const CODINGS = ['gzip', 'deflate'];

/** A byte order mark is not ignored but kept, so that it is refused (RFC 8259, section 8.1, lets us). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NOT_ASCII = /[\u0080-\uffff]/;

/**
 * The JSON object in the body, read strictly: RFC 8259 in valid UTF-8, nothing else; see also {@link parseStrictJson}.
 *
 * @throws {RequestError} 400, 413 or 415.
 */
export async function readJsonObject(ctx: Context): Promise<Record<string, unknown>> {
  requireJson(ctx);
  requireKnownCoding(ctx);
  // Before a byte is asked for. co-body's own look at the length wraps around at 2^32, and skips compressed bodies.
  if (Number(ctx.req.headers['content-length']) > BODY_LIMIT_BYTES) throw tooLarge();
  return parseJsonObject(await (isPlain(ctx.req) ? readPlainBody(ctx.req) : readAnyBody(ctx)));
}

function requireJson({ request }: Context): void {
  if (request.type.toLowerCase().trim() !== 'application/json') {
    throw unsupported('The Content-Type must be application/json.');
  }
  const charset = request.charset.toLowerCase();
  if (charset !== '' && charset !== 'utf-8' && charset !== 'utf8') {
    throw unsupported('JSON is UTF-8 (RFC 8259, section 8.1).');
  }
}

/**
 * Codings have no case, `x-gzip` is an old name for gzip, and `identity` is none (RFC 9110, 8.4.1); they are a list, in which
 * empty elements mean nothing (5.6.1.2). What reads the header later knows one form only.
 */
function requireKnownCoding(ctx: Context): void {
  const { headers } = ctx.req;
  if (headers['content-encoding'] === undefined) return;
  const [coding, ...more] = headers['content-encoding']
    .toLowerCase()
    .split(',')
    .map((element) => element.replace(/^[ \t]+|[ \t]+$/g, '').replace(/^x-gzip$/, 'gzip'))
    .filter((element) => element !== '' && element !== 'identity');
  if (coding === undefined) {
    delete headers['content-encoding'];
  } else if (CODINGS.includes(coding) && more.length === 0) {
    headers['content-encoding'] = coding;
  } else {
    // Which tells it from a media type that is not supported (RFC 9110, 15.5.16).
    ctx.set('Accept-Encoding', CODINGS.join(', '));
    throw unsupported('The Content-Encoding must be gzip, deflate or none.');
  }
}

/** Whether the body is sent as it is, under a length that it has. node:http has checked the length's form. */
function isPlain({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] === undefined && headers['content-length'] !== undefined;
}

/**
 * The plain body of a request, as Latin-1 text in which every byte is one character. No limit is needed: node:http
 * reads no more than the announced length.
 *
 * @throws {RequestError} when the client goes away in the middle of it.
 */
function readPlainBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    request.on('end', () => resolve(text));
    request.on('error', () => {
      reject(new RequestError('malformed_body'));
    });
  });
}

const readOptions: BodyParserOptions & { encoding: string } = {
  enableTypes: ['text'],
  extendTypes: { text: ['application/json'] },
  // Handed on to co-body and raw-body; koa-bodyparser's types do not name it.
  encoding: 'latin1',
  textLimit: String(BODY_LIMIT_BYTES),
  onerror: (error, ctx) => {
    // Otherwise the rest of a gzip bomb stays in the pipe to a decompressor that nobody reads, and with it whatever
    // the client asks next on the connection.
    ctx.req.unpipe();
    throw readFailure(error);
  },
};

const parseBody = bodyParser(readOptions);

/**
 * koa-bodyparser does the reading, the decompression and the limit of what is compressed or chunked; for every body, its
 * seven packages would cost a tenth of the throughput. Its own parsing is too lenient (it takes a missing content type
 * for `{}`, and repairs broken UTF-8), so it is asked for the bytes, as Latin-1 text in which every byte is one character.
 */
async function readAnyBody(ctx: Context): Promise<unknown> {
  await parseBody(ctx, async () => {});
  return ctx.request.body;
}

function parseJsonObject(bytes: unknown): Record<string, unknown> {
  if (typeof bytes !== 'string' || bytes === '') {
    throw new RequestError('malformed_json', 'The body is empty; a JSON object is expected.');
  }
  let value: unknown;
  try {
    value = parseStrictJson(decode(bytes));
  } catch {
    throw new RequestError(
      'malformed_json',
      'The body is not JSON in UTF-8, or has a repeated or forbidden name, or is nested too deeply.',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError('malformed_json', 'The body must be a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** Nearly every body is ASCII, which Latin-1 text is already: that spares a copy and a decoding. */
function decode(bytes: string): string {
  return NOT_ASCII.test(bytes) ? utf8.decode(Buffer.from(bytes, 'latin1')) : bytes;
}

function unsupported(detail: string): RequestError {
  return new RequestError('unsupported_media_type', detail);
}

function tooLarge(): RequestError {
  return new RequestError('body_too_large');
}

/** Of raw-body's and inflation's errors only the status is used: the messages were not written for clients. */
function readFailure(error: Error & { status?: number; type?: string }): RequestError {
  if (error.status === 413) return tooLarge();
  return new RequestError('malformed_body');
}
