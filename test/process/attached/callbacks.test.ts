import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type DrainOptions, drainable, type RefusalLook } from '../../../src/bootstrap/drain';

const fatal: unknown[] = [];
const noteFatal = (error: unknown) => fatal.push(error);
const FATAL = ['uncaughtException', 'unhandledRejection'] as const;
const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeAll(() => {
  for (const event of FATAL) process.on(event, noteFatal);
});
afterEach(() => warnings.mockClear());
afterAll(() => {
  for (const event of FATAL) process.off(event, noteFatal);
  warnings.mockRestore();
});

/** Drains while two are connected who say nothing. What the first has got, the outcome, and the warnings of callbacks. */
async function drainedWith(options: DrainOptions) {
  const server = drainable(createServer({ keepAliveTimeout: 75_000 }), { lingerMs: 50, ...options });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = await Promise.all([0, 1].map(() => connected((server.address() as AddressInfo).port)));
  const report = await server.drain();
  await Promise.all(clients.map(({ closed }) => closed));
  // What nobody handles is reported when the tick is over.
  await new Promise(setImmediate);
  const warned = warnings.mock.calls as unknown as [string, { readonly code: string }][];
  return {
    text: clients[0]?.text ?? '',
    outcome: report.outcome,
    texts: warned.filter(([, { code }]) => code === 'LASTCALL_DRAIN_CALLBACK').map(([text]) => text),
  };
}

async function connected(port: number) {
  const socket = connect(port, '127.0.0.1');
  const client = { text: '', closed: once(socket, 'close') };
  socket.on('data', (chunk) => {
    client.text += chunk;
  });
  await once(socket, 'connect');
  return client;
}

type Refusing = NonNullable<DrainOptions['refusal']>;
const look = (headers: object, body: unknown = 'a body') => ({ headers, body }) as unknown as RefusalLook;

describe('refusal', () => {
  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no words for it');
      },
      'no words for it',
    ],
    [
      'throws what is no error',
      () => {
        throw Object.create(null);
      },
      '[Object: null prototype] {}',
    ],
    ['is async', async () => look({}), 'has given Promise { headers: Undefined, body: Undefined }'],
    ['gives nothing', () => undefined, 'has given Undefined { headers: Undefined, body: Undefined }'],
    [
      'gives bytes',
      () => look({}, Buffer.from('x')),
      'has given Object { headers: Object, body: Uint8Array }',
    ],
    [
      'gives headers of fetch',
      () => look(new Headers()),
      'has given Object { headers: Headers, body: String }',
    ],
    ['gives a number as a header', () => look({ 'retry-after': 1 }), 'its header retry-after is no string'],
    [
      'gives a header name that is none',
      () => look({ 'a b': 'x' }),
      'Header name must be a valid HTTP token',
    ],
    ['would end the head', () => look({ a: 'b\r\n\r\n' }), 'Invalid character in header content ["a"]'],
  ])('that %s is warned of once, and the plain answer goes out instead', async (_what, refusal, words) => {
    const { outcome, text, texts } = await drainedWith({
      refusal: refusal as Refusing,
    });
    expect(text).toBe(
      'HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain\r\nContent-Length: 16\r\nConnection: close\r\n\r\nRequest Timeout\n',
    );
    expect(outcome).toBe('clean');
    expect(texts).toEqual([expect.stringContaining(words)]);
    expect(fatal).toEqual([]);
  });

  it('that is async, and fails, ends nothing', async () => {
    const { outcome, text } = await drainedWith({
      refusal: (() => Promise.reject(new Error('no words'))) as unknown as Refusing,
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(outcome).toBe('clean');
    expect(fatal).toEqual([]);
  });

  it('says what it likes, but neither its length nor whether the connection ends with it', async () => {
    const { text, texts } = await drainedWith({
      refusal: ({ kind }) =>
        look({ 'content-length': '1', Connection: 'keep-alive', 'Transfer-Encoding': 'chunked', why: kind }),
    });
    expect(text).toBe(
      'HTTP/1.1 408 Request Timeout\r\nwhy: timed-out\r\nContent-Length: 6\r\nConnection: close\r\n\r\na body',
    );
    expect(texts).toEqual([]);
  });
});

it.each<[string, () => void]>([
  [
    'throws',
    () => {
      throw new Error('it throws');
    },
  ],
  ['rejects', () => Promise.reject(new Error('it rejects'))],
])('an onEvent that %s is warned of, and the drain ends as ever', async (how, onEvent) => {
  const { outcome, text, texts } = await drainedWith({ onEvent });
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(outcome).toBe('clean');
  expect(new Set(texts)).toEqual(new Set([expect.stringMatching(`onEvent has thrown: it ${how}`)]));
  expect(fatal).toEqual([]);
});
