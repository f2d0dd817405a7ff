import { brotliCompressSync, gzipSync } from 'node:zlib';
import { RawClient } from '../support/raw-client';
import { exchange, GET_HEALTH, HOST, JSON_TYPE, postWork, problemCode } from './support/requests';
import { Service } from './support/service';

const LIMIT = 16 * 1024;
const GZIP = `${JSON_TYPE}Content-Encoding: gzip\r\n`;
let service: Service;

beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const latin1 = (bytes: Buffer) => bytes.toString('latin1');
const utf8 = (text: string) => latin1(Buffer.from(text));
const chunked = (...chunks: string[]) =>
  `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${chunks
    .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    .join('')}0\r\n\r\n`;

describe('a body that is not a job', () => {
  it.each<[what: string, request: string, status: number, code: string]>([
    ['no body', `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}\r\n`, 400, 'malformed_json'],
    ['an empty one', postWork(''), 400, 'malformed_json'],
    ['an empty chunked one', chunked(), 400, 'malformed_json'],
    ['blanks', postWork('  \n'), 400, 'malformed_json'],
    ['half an object', postWork('{"name":"a"'), 400, 'malformed_json'],
    ['rubbish behind it', postWork('{"name":"a"}x'), 400, 'malformed_json'],
    ['NaN', postWork('{"name":NaN}'), 400, 'malformed_json'],
    ['a byte order mark', postWork(utf8('\ufeff{"name":"a"}')), 400, 'malformed_json'],
    ['UTF-16', postWork(latin1(Buffer.from('{"name":"a"}', 'utf16le'))), 400, 'malformed_json'],
    ['broken UTF-8', postWork('{"name":"\xc3\x28"}'), 400, 'malformed_json'],
    ['overlong UTF-8', postWork('{"name":"\xc0\xaf"}'), 400, 'malformed_json'],
    ['a surrogate in UTF-8', postWork('{"name":"\xed\xa0\x80"}'), 400, 'malformed_json'],
    ['a raw NUL', postWork('{"name":"a\0"}'), 400, 'malformed_json'],
    ['a repeated name', postWork('{"name":"a","name":"b"}'), 400, 'malformed_json'],
    ['__proto__', postWork('{"name":"a","__proto__":{"name":"b"}}'), 400, 'malformed_json'],
    ['constructor.prototype', postWork('{"name":"a","constructor":{"prototype":{}}}'), 400, 'malformed_json'],
    [
      'deep nesting',
      postWork(`{"name":"a","x":${'['.repeat(8_000)}${']'.repeat(8_000)}}`),
      400,
      'malformed_json',
    ],
    ['an array', postWork('["a"]'), 400, 'malformed_json'],
    ['null', postWork('null'), 400, 'malformed_json'],
    ['a string', postWork('"name"'), 400, 'malformed_json'],
    ['no name', postWork('{}'), 400, 'invalid_job'],
    ['a number for a name', postWork('{"name":1}'), 400, 'invalid_job'],
    ['null for a name', postWork('{"name":null}'), 400, 'invalid_job'],
    ['a list for a name', postWork('{"name":["a"]}'), 400, 'invalid_job'],
    ['an empty name', postWork('{"name":""}'), 400, 'invalid_job'],
    ['a blank name', postWork('{"name":" \\t "}'), 400, 'invalid_job'],
    ['an escaped NUL', postWork('{"name":"a\\u0000"}'), 400, 'invalid_job'],
    ['an escaped lone surrogate', postWork('{"name":"a\\ud800"}'), 400, 'invalid_job'],
    ['a name of 256 characters', postWork(`{"name":"${'a'.repeat(256)}"}`), 400, 'invalid_job'],
    ['a name of 16,000 characters', postWork(`{"name":"${'a'.repeat(16_000)}"}`), 400, 'invalid_job'],
    ['no type', postWork('{"name":"a"}', ''), 415, 'unsupported_media_type'],
    ['another type', postWork('{"name":"a"}', 'Content-Type: text/plain\r\n'), 415, 'unsupported_media_type'],
    [
      'a form',
      postWork('name=a', 'Content-Type: application/x-www-form-urlencoded\r\n'),
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      postWork('{"name":"a"}', 'Content-Type: application/json; charset=utf-16\r\n'),
      415,
      'unsupported_media_type',
    ],
    [
      'an unknown coding',
      postWork('x', `${JSON_TYPE}Content-Encoding: lzma\r\n`),
      415,
      'unsupported_media_type',
    ],
    [
      'Brotli, whose window has 4 MiB and more',
      postWork(latin1(brotliCompressSync('{"name":"a"}')), `${JSON_TYPE}Content-Encoding: br\r\n`),
      415,
      'unsupported_media_type',
    ],
    [
      'two codings',
      postWork('x', `${JSON_TYPE}Content-Encoding: gzip, gzip\r\n`),
      415,
      'unsupported_media_type',
    ],
    ['gzip that is none', postWork('{"name":"a"}', GZIP), 400, 'malformed_body'],
    ['gzip cut short', postWork(latin1(gzipSync('{"name":"a"}')).slice(0, -9), GZIP), 400, 'malformed_body'],
    [
      'an invalid key',
      postWork('{"name":"a"}', `${JSON_TYPE}Idempotency-Key: a b\r\n`),
      400,
      'invalid_idempotency_key',
    ],
    [
      'an empty key',
      postWork('{"name":"a"}', `${JSON_TYPE}Idempotency-Key:\r\n`),
      400,
      'invalid_idempotency_key',
    ],
  ])('gets one answer that says so, and the connection goes on: %s', async (_what, request, status, code) => {
    const { answers, end } = await exchange(service.port, request);
    expect(answers.map((answer) => [answer.status, problemCode(answer)])).toEqual([[status, code]]);
    expect(end).toBe('open');
  });

  it('is none of these, though it looks odd', async () => {
    const odd = [
      postWork('{"name":"odd"}', 'content-type: APPLICATION/JSON;charset="UTF-8"\r\n'),
      postWork('\n {"name" : "\\u006f\\u0064d"} ', JSON_TYPE),
      postWork('{"name":"odd","more":{"name":"b"}}'),
      postWork(latin1(gzipSync('{"name":"odd"}')), GZIP),
      chunked('{"name":"odd"}'),
    ];
    for (const request of odd) {
      const { answers } = await exchange(service.port, request);
      expect(answers.map(({ status }) => status)).toEqual([201]);
    }
    expect(await service.names()).toEqual(odd.map(() => 'odd'));
  });
});

/** A valid body of this length. */
const filled = (length: number) => `{"name":"odd","x":"${'a'.repeat(length - 21)}"}`;

describe('a body that is too large', () => {
  it('is taken up to the limit and not a byte further', async () => {
    const { answers } = await exchange(service.port, postWork(filled(LIMIT)));
    expect(answers.map(({ status }) => status)).toEqual([201]);
    for (const request of [postWork(filled(LIMIT + 1)), chunked(filled(LIMIT + 1))]) {
      const refused = await exchange(service.port, request);
      expect(refused.answers.map(problemCode)).toEqual(['body_too_large']);
    }
  });

  it.each([`${LIMIT + 1}`, `${2 ** 32 + 12}`, '9007199254740991'])(
    'is refused by its announcement, before 100 Continue: %s bytes',
    async (length) => {
      const client = await RawClient.open(service.port);
      client.write(
        `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`,
      );
      expect(await client.waitForEnd()).toBe('fin');
      expect(client.answers.map(problemCode)).toEqual(['body_too_large']);
      expect(client.received).not.toContain('100 Continue');
    },
  );

  it('gets its 413 while the client goes on writing 8 MB, declared or chunked, and is never reset', async () => {
    const block = 'a'.repeat(65_536);
    const framings = [
      { head: `Content-Length: ${128 * 65_536}`, frame: (text: string) => text },
      { head: 'Transfer-Encoding: chunked', frame: (text: string) => `10000\r\n${text}\r\n` },
    ];
    // Before the socket was read on after the answer, some uploads stood still here until they were cut off.
    for (const { head, frame } of Array.from({ length: 8 }, () => framings).flat()) {
      const client = await RawClient.open(service.port);
      await client.send(`POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}${head}\r\n\r\n`);
      for (let sent = 0; sent < 128; sent += 1) await client.send(frame(block));
      expect(await client.waitForEnd()).toBe('fin');
      expect(client.answers.map(problemCode)).toEqual(['body_too_large']);
    }
  });

  it('does not grow the memory as a gzip bomb, and what comes behind it is answered', async () => {
    // As much as a body within the limit can hold.
    const bomb = latin1(gzipSync(Buffer.alloc(15 * 2 ** 20, 0x20)));
    expect(bomb.length).toBeLessThan(LIMIT);
    const before = service.rssMiB;
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const { answers } = await exchange(service.port, postWork(bomb, GZIP));
          expect(answers.map(problemCode)).toEqual(['body_too_large']);
        }),
      );
    }
    // Inflated, they would be 1.5 GB.
    expect(service.rssMiB - before).toBeLessThan(150);
    const { answers } = await exchange(service.port, postWork(bomb, GZIP) + GET_HEALTH);
    expect(answers[0]?.status).toBe(413);
  });
});

describe('500 bodies that never quite end', () => {
  it.each([
    ['as they are', postWork(filled(LIMIT))],
    ['gzipped', postWork(latin1(gzipSync(filled(LIMIT))), GZIP)],
  ])('are held in a memory that a small container has: %s', async (_how, request) => {
    const crowded = await Service.start();
    const clients = await Promise.all(Array.from({ length: 500 }, () => RawClient.open(crowded.port)));
    const before = crowded.rssPeakMiB;
    await Promise.all(clients.map((client) => client.send(request.slice(0, -1))));
    expect((await exchange(crowded.port, GET_HEALTH)).answers[0]?.status).toBe(200);
    for (const client of clients) client.write(request.slice(-1));
    for (const client of clients) {
      expect((await client.waitForAnswers(1, 20_000)).map(({ status }) => status)).toEqual([201]);
      client.destroy();
    }
    // Bodies of up to 100 KiB would make it grow by 210.
    expect(crowded.rssPeakMiB - before).toBeLessThan(120);
    await crowded.stop();
  });
});

it('leaves no row and no internal error behind', async () => {
  expect(new Set(await service.names())).toEqual(new Set(['odd']));
  expect(service.errors).toEqual([]);
});
