import fc from 'fast-check';
import { type RawAnswer, RawClient } from '../support/raw-client';
import { exchange, GET_HEALTH, HOST, JSON_TYPE, postWork } from './support/requests';
import { Service } from './support/service';

const REQUESTS = 10_000;
/** A malformed request ends its connection: of two on each, one and a quarter are answered, and of more hardly more. */
const CONNECTIONS = 8_500;
const REQUESTS_EACH = 2;
/** Many at a time, or the run would wait for the network most of its time. */
const AT_ONCE = 25;

let service: Service;

beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

/** A request that would store a row; what is damaged of it must not, unless it says exactly this. */
const TEMPLATES = [
  postWork('{"name":"fuzz"}'),
  `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nf\r\n{"name":"fuzz"}\r\n0\r\n\r\n`,
  postWork('{"name":"fuzz"}', `${JSON_TYPE}Idempotency-Key: fuzz\r\n`),
  postWork('{"name":"fuzz"}', `${JSON_TYPE}Expect: 100-continue\r\n`),
  `GET /work/01a202dd-cadd-738e-ba0e-0f1b496ce35f HTTP/1.1\r\n${HOST}\r\n`,
  GET_HEALTH,
];

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const scrap = fc.oneof(
  byte,
  fc.string({ unit: byte, maxLength: 40 }),
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    '"',
    '\\',
    '{',
    '[',
    '0\r\n\r\n',
    'Content-Length: 5\r\n',
    'Host: b\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Encoding: gzip\r\n',
    '\\u0000',
    '\\ud800',
    '\xff',
    '\xc0\xaf',
    '%00',
  ),
);

/** One request: a template with some of its bytes replaced, cut out or doubled; or bytes from nowhere. */
const request = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: byte, maxLength: 200 }) },
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...TEMPLATES),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(4), scrap), { maxLength: 3 }),
      )
      .map(([template, damages]) => damages.reduce(damage, template)),
  },
);

function damage(text: string, [where, length, instead]: [number, number, string]): string {
  const at = Math.floor(where * text.length);
  return text.slice(0, at) + instead + text.slice(at + length);
}

/** All answers on one connection. Ends it by a FIN, so that nothing is left to wait for, and is to get one back. */
async function answersTo(bytes: string): Promise<RawAnswer[]> {
  const client = await RawClient.open(service.port);
  client.write(bytes);
  client.halfClose();
  expect(await client.waitForEnd(20_000)).toBe('fin');
  const { answers } = client;
  client.destroy();
  return answers;
}

it(`answers over ${REQUESTS} damaged requests without a 5xx, a hang, a reset, or a row too many`, async () => {
  const created = new Set<string>();
  let answered = 0;
  const connection = fc.array(request, { minLength: REQUESTS_EACH, maxLength: REQUESTS_EACH });
  await fc.assert(
    fc.asyncProperty(
      fc.array(connection, { minLength: AT_ONCE, maxLength: AT_ONCE }),
      async (connections) => {
        const seen = await Promise.all(connections.map((requests) => answersTo(requests.join(''))));
        for (const [index, answers] of seen.entries()) {
          const sent = (connections[index] ?? []).join('');
          // No connection can hold more requests than it has line ends; and a line end alone asks for nothing.
          expect(answers.length).toBeLessThanOrEqual(sent.split('\n').length);
          if (/[^\r\n]/.test(sent)) expect(answers.length).toBeGreaterThan(0);
          answered += answers.length;
          // 501 and 505 say that the request's own framing or version is unknown.
          expect(answers.filter(({ status }) => status >= 500 && ![501, 505].includes(status))).toEqual([]);
          for (const { status, body } of answers) if (status === 201) created.add(JSON.parse(body).id);
        }
      },
    ),
    { numRuns: CONNECTIONS / AT_ONCE, endOnFailure: true },
  );
  expect(answered).toBeGreaterThan(REQUESTS);
  // Every row was acknowledged, and every acknowledgement has its row.
  expect(new Set(await service.ids())).toEqual(created);
  expect(created.size).toBeGreaterThan(CONNECTIONS / 20);
  expect((await service.names()).filter((name) => /\p{Cc}/u.test(name) || name.trim() === '')).toEqual([]);
  expect(service.errors).toEqual([]);
  expect((await exchange(service.port, GET_HEALTH)).answers.map(({ status }) => status)).toEqual([200]);
}, 120_000);
