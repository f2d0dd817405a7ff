import { deflateSync, gzipSync } from 'node:zlib';
import {
  OutcomeUnknown,
  StoreOverloaded,
  StoreUnavailable,
  SubmissionCancelled,
} from '../../../../src/domain/intake/errors';
import { InMemoryRequestMetrics } from '../../../doubles/in-memory-request-metrics';
import { InMemoryRequestTracing } from '../../../doubles/in-memory-request-tracing';
import { type Answer, type App, serveApp } from './support';

let app: App;
beforeEach(async () => {
  app = await serveApp();
});
afterEach(() => app.close());

/** What every answer that is not a success looks like (RFC 9457). */
function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, (answer.json as { code?: string }).code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json).toEqual({ title: expect.any(String), status, code, detail: expect.any(String) });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FIRST_ID = '00000000-0000-7000-8000-000000000001';

describe('POST /work', () => {
  it('answers 201 with exactly id and name, and Location', async () => {
    const answer = await app.post('{"name":"one","id":"mine","extra":{"x":[1]}}');
    expect([answer.status, answer.text]).toEqual([201, `{"id":"${FIRST_ID}","name":"one"}`]);
    expect(answer.headers.location).toBe(`/work/${FIRST_ID}`);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it.each(['  spaced  ', 'ünïcödé 名前 🚀', '<b>"\\/&', "'; --", 'é (composed)', 'e\u0301 (not composed)'])(
    'gives the name back exactly as it was sent: %j',
    async (name) => {
      const answer = await app.post(JSON.stringify({ name }));
      expect(answer).toMatchObject({ status: 201, json: { name } });
      expect(await app.ask(`/work/${FIRST_ID}`)).toMatchObject({ status: 200, json: { name } });
    },
  );

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('takes the content type %j', async (type) => {
    expect((await app.post('{"name":"a"}', { 'content-type': type })).status).toBe(201);
  });

  it('takes a compressed body', async () => {
    const answer = await app.post(gzipSync('{"name":"small"}'), { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 201, json: { name: 'small' } });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'name=a'],
    ['half an object', '{"name":'],
    ['an array', '[{"name":"a"}]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
  ])('refuses a body that is %s with 400', async (_what, body) => {
    expectProblem(await app.post(body), 400, 'malformed_json');
  });

  it.each([
    ['missing', '{}'],
    ['null', '{"name":null}'],
    ['a number', '{"name":1}'],
    ['an object', '{"name":{"toString":"x"}}'],
    ['an array', '{"name":["a"]}'],
    ['empty', '{"name":""}'],
    ['blank', '{"name":" \u00a0 "}'],
    ['with a NUL', '{"name":"a\\u0000b"}'],
    ['with a line break', '{"name":"a\\nb"}'],
    ['with a lone surrogate', '{"name":"a\\ud800b"}'],
    ['of 256 characters', JSON.stringify({ name: '🚀'.repeat(256) })],
  ])('refuses a name that is %s with 400', async (_what, body) => {
    expectProblem(await app.post(body), 400, 'invalid_job');
  });

  it('takes a name of 255 characters that are two units each', async () => {
    expect((await app.post(JSON.stringify({ name: '🚀'.repeat(255) }))).status).toBe(201);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json5',
    'application/json; charset=latin1',
  ])('refuses the content type %j with 415', async (type) => {
    const answer = await app.post('{"name":"a"}', { 'content-type': type });
    expectProblem(answer, 415, 'unsupported_media_type');
    expect(answer.headers['accept-encoding']).toBeUndefined();
  });

  it('refuses a body without a content type with 415', async () => {
    const answer = await app.ask('/work', { method: 'POST', body: '{"name":"a"}' });
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  it('refuses an unknown content encoding with 415, and a broken one with 400', async () => {
    const unknown = await app.post('{"name":"a"}', { 'content-encoding': 'zstd-or-so' });
    expectProblem(unknown, 415, 'unsupported_media_type');
    const broken = await app.post('{"name":"this is not gzip"}', { 'content-encoding': 'gzip' });
    expectProblem(broken, 400, 'malformed_body');
  });

  it.each([
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['X-GZip', gzipSync],
    [' gzip\t', gzipSync],
    [', gzip,', gzipSync],
    ['identity, X-GZIP', gzipSync],
    ['gzip , Identity', gzipSync],
    ['Deflate', deflateSync],
    ['Identity', Buffer.from],
    ['identity,identity', Buffer.from],
    ['', Buffer.from],
    [' , ', Buffer.from],
  ])('reads the content coding "%s": a list of names without case', async (coding, encode) => {
    const answer = await app.post(encode('{"name":"coded"}'), { 'content-encoding': coding });
    expect([answer.status, answer.json]).toMatchObject([201, { name: 'coded' }]);
  });

  it.each([
    'gzip, gzip',
    'gzip, deflate',
    'gzip;q=1',
    '"gzip"',
    'gzip\u00a0',
    '*',
    'br',
    'compress',
    'x-x-gzip',
  ])('does not know the content coding "%s", and says which it does', async (coding) => {
    const answer = await app.post(gzipSync('{"name":"a"}'), { 'content-encoding': coding });
    expectProblem(answer, 415, 'unsupported_media_type');
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate');
  });

  it.each([
    ['plain', Buffer.from(JSON.stringify({ name: 'a', pad: 'x'.repeat(200_000) })), {}],
    ['compressed', gzipSync(JSON.stringify({ pad: 'x'.repeat(5_000_000) })), { 'content-encoding': 'gzip' }],
  ])('refuses a body that is too large with 413: %s', async (_what, body, headers) => {
    expectProblem(await app.post(body, headers as Record<string, string>), 413, 'body_too_large');
  });

  it.each([
    [new StoreUnavailable('secret'), 503, 'store_unavailable'],
    [new OutcomeUnknown('secret'), 503, 'outcome_unknown'],
    [new StoreOverloaded('secret'), 503, 'store_overloaded'],
    [new SubmissionCancelled('secret'), 503, 'shutting_down'],
    [new Error('secret'), 500, 'internal_error'],
  ])('answers %s with its status and code, and not with its message', async (error, status, code) => {
    jest.spyOn(app.repository, 'storeBatch').mockRejectedValue(error);
    const answer = await app.post('{"name":"a"}');
    expectProblem(answer, status, code);
    expect(answer.text).not.toContain('secret');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  it.each([
    [new StoreUnavailable('secret'), 'store_unavailable'],
    [new OutcomeUnknown('secret'), 'outcome_unknown'],
    [new StoreOverloaded('secret'), 'store_overloaded'],
    [new SubmissionCancelled('secret'), 'shutting_down'],
  ])('says of a read nothing about storing: %s', async (error, code) => {
    jest.spyOn(app.repository, 'findAll').mockRejectedValue(error);
    for (const method of ['GET', 'HEAD']) {
      const answer = await app.ask('/work/00000000-0000-7000-8000-000000000000', { method });
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
      if (method === 'HEAD') continue;
      expectProblem(answer, 503, code);
      expect(answer.text).not.toMatch(/stored|Idempotency|secret/);
    }
  });

  it('logs what went wrong here, under the id of the request', async () => {
    const error = new Error('the cause');
    jest.spyOn(app.repository, 'storeBatch').mockRejectedValue(error);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await app.post('{"name":"a"}', {
      'x-request-id': 'r-1',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    expect(app.log.lines).toContainEqual({
      level: 'error',
      message: 'a request failed',
      fields: { requestId: 'r-1', trace_id: traceId, code: 'internal_error', err: error },
    });
  });

  it('logs a store that is away in one line, without a stack', async () => {
    const error = new StoreUnavailable('no connection', { cause: new Error('ECONNREFUSED') });
    jest.spyOn(app.repository, 'storeBatch').mockRejectedValue(error);
    await app.post('{"name":"a"}', { 'x-request-id': 'r-2' });
    expect(app.log.lines).toContainEqual({
      level: 'error',
      message: 'a request failed',
      fields: { requestId: 'r-2', code: 'store_unavailable', reason: 'no connection: ECONNREFUSED' },
    });
  });

  it('gives up what is not stored when the requests are cancelled', async () => {
    app.cancellation.abort();
    expectProblem(await app.post('{"name":"a"}'), 503, 'shutting_down');
  });

  it('answers a repetition under the same key with the first job, and another body with 422', async () => {
    const headers = { 'idempotency-key': '"k-1"' };
    const first = await app.post('{"name":"a"}', headers);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const again = await app.post('{"name":"a"}', headers);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expectProblem(await app.post('{"name":"b"}', headers), 422, 'idempotency_key_reused');
    expectProblem(
      await app.post('{"name":"b"}', { 'idempotency-key': 'a b' }),
      400,
      'invalid_idempotency_key',
    );
  });
});

describe('GET /work/:id', () => {
  it('answers a job that is there, whatever the case of its id', async () => {
    const { text } = await app.post('{"name":"one"}');
    for (const id of [FIRST_ID, FIRST_ID.toUpperCase()])
      expect(await app.ask(`/work/${id}`)).toMatchObject({ status: 200, text });
  });

  it('answers 404 for an unknown id, and 400 for what is none', async () => {
    expectProblem(await app.ask(`/work/${FIRST_ID}`), 404, 'job_not_found');
    for (const id of ['1', '%00', '%zz', 'x'.repeat(2_000)])
      expectProblem(await app.ask(`/work/${id}`), 400, 'invalid_job');
  });
});

describe('health', () => {
  it('is exactly as promised in every phase', async () => {
    const table: string[][] = [];
    const look = async () => {
      const row: string[] = [app.lifecycle.phase];
      for (const path of ['/health', '/livez', '/readyz']) {
        const { status, text } = await app.ask(path);
        row.push(`${status} ${text}`);
      }
      table.push(row);
    };
    await look();
    app.lifecycle.moveTo('ready');
    await look();
    app.database.answers = false;
    await look();
    app.lifecycle.moveTo('draining');
    await look();
    expect(table).toEqual([
      ['starting', '200 {"status":"ok"}', '200 {"status":"ok"}', '503 {"status":"starting"}'],
      ['ready', '200 {"status":"ok"}', '200 {"status":"ok"}', '200 {"status":"ok"}'],
      ['ready', '200 {"status":"ok"}', '200 {"status":"ok"}', '503 {"status":"database_unavailable"}'],
      ['draining', '503 {"status":"shutting_down"}', '200 {"status":"ok"}', '503 {"status":"shutting_down"}'],
    ]);
  });

  it('is told of a database whose check throws at once as of one that does not answer', async () => {
    app.lifecycle.moveTo('ready');
    jest.spyOn(app.database, 'check').mockImplementation(() => {
      throw new StoreUnavailable('secret');
    });
    const { status, text } = await app.ask('/readyz');
    expect([status, text]).toEqual([503, '{"status":"database_unavailable"}']);
  });

  it('answers HEAD like GET, without a body', async () => {
    expect(await app.ask('/health', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('is not logged at the level of requests', async () => {
    await app.ask('/health');
    await app.ask(`/work/${FIRST_ID}`);
    const levels = app.log.lines.map(({ level, fields }) => [level, fields.path]);
    expect(levels).toEqual([
      ['debug', '/health'],
      ['info', `/work/${FIRST_ID}`],
    ]);
  });
});

describe('what is not there', () => {
  it.each(['/', '/nothing', '/WORK', '/work/', '/health/', `/work/${FIRST_ID}/more`])(
    'answers %s with 404',
    async (path) => {
      expectProblem(await app.ask(path), 404, 'not_found');
      expectProblem(
        await app.ask(path, { method: 'POST', headers: JSON_TYPE, body: '{}' }),
        404,
        'not_found',
      );
    },
  );

  it.each([
    ['GET', '/work', ['POST']],
    ['DELETE', '/work', ['POST']],
    ['PUT', `/work/${FIRST_ID}`, ['GET', 'HEAD']],
    ['POST', '/health', ['GET', 'HEAD']],
    ['PROPFIND', '/work', ['POST']],
    ['OPTIONS', '/work', ['POST']],
    ['OPTIONS', '/health', ['GET', 'HEAD']],
  ])('answers %s %s with 405, and with what is allowed', async (method, path, allowed) => {
    const answer = await app.ask(path, { method });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow?.split(', ').sort()).toEqual([...allowed].sort());
  });
});

describe('every answer', () => {
  it.each(['a', 'A-b_c.9:+/=', 'x'.repeat(128)])('has the id that the client gave: %j', async (id) => {
    expect((await app.ask('/livez', { headers: { 'x-request-id': id } })).headers['x-request-id']).toBe(id);
  });

  it.each(['', 'a b', 'a"b', 'x'.repeat(129), 'ä'])('has an id of its own in place of %j', async (id) => {
    const { headers } = await app.ask('/livez', { headers: { 'x-request-id': id } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('may neither be sniffed nor stored, errors included', async () => {
    for (const path of ['/health', '/nothing', '/work/1'])
      expect((await app.ask(path)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
  });
});

it('tells metrics and traces of every request once, by its route and never by its path', async () => {
  const requests = new InMemoryRequestMetrics();
  const tracing = new InMemoryRequestTracing();
  const { log, ask, close } = await serveApp({ requests, tracing });
  for (const path of ['/health', '/work/no-uuid', '/nowhere']) await ask(path);
  await close();

  expect(requests.active).toBe(0);
  const seen = requests.exchanges.map(({ method, route, status }) => [method, route, status]);
  expect(seen[0]).toEqual(['GET', '/health', 200]);
  expect(seen.map(([, route]) => route)).toEqual(['/health', '/work/:id', undefined]);
  expect(tracing.spans.map(({ exchange: { method, route, status } }) => [method, route, status])).toEqual(
    seen,
  );
  const logged = log.lines.filter(({ message }) => message === 'request');
  expect(logged.map(({ fields }) => fields.trace_id)).toEqual(tracing.spans.map(({ traceId }) => traceId));
});
