import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { assertDescribed, document, headersOf, servicePorts } from '../support/openapi';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the OpenAPI document', () => {
  it('is valid by the schema of the specification', () => {
    // The validator is an ES module, which jest's CommonJS cannot load.
    const program =
      "import { Validator } from '@seriousme/openapi-schema-validator';" +
      "import { text } from 'node:stream/consumers';" +
      'const result = await new Validator().validate(JSON.parse(await text(process.stdin)));' +
      'process.stdout.write(JSON.stringify(result));';
    const words = ['--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, words, {
      cwd: __dirname,
      encoding: 'utf8',
      input: JSON.stringify(document),
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ valid: true });
  });

  it('is held against answers by a check that fails on what is not described', () => {
    const headers = new Map([
      ['content-type', 'application/json'],
      ['location', '/work/x'],
    ]);
    const id = '01a202e1-ba69-7166-a651-e1fcf86e00e5';
    const answer = { status: 201, headers, body: JSON.stringify({ id, name: 'a' }) };
    assertDescribed('POST', '/work', answer);
    const bodies = [{ id: 'no uuid', name: 'a' }, { id }, { id, name: 'a', more: 1 }];
    for (const body of bodies) {
      expect(() => assertDescribed('POST', '/work', { ...answer, body: JSON.stringify(body) })).toThrow();
    }
    expect(() => assertDescribed('POST', '/work', { ...answer, status: 200 })).toThrow('not described');
    expect(() => assertDescribed('PUT', '/work', answer)).toThrow('no such operation');
    const withoutLocation = new Map([['content-type', 'application/json']]);
    expect(() => assertDescribed('POST', '/work', { ...answer, headers: withoutLocation })).toThrow(
      'Location',
    );
    const asText = new Map([...headers, ['content-type', 'text/plain'] as const]);
    expect(() => assertDescribed('POST', '/work', { ...answer, headers: asText })).toThrow('media type');
  });

  it('is held against every answer that the raw client gets from the service', async () => {
    const impostor = createServer((_request, response) => response.writeHead(299).end('anything'));
    await once(impostor.listen(0, '127.0.0.1'), 'listening');
    const { port } = impostor.address() as AddressInfo;
    for (const isService of [false, true]) {
      if (isService) servicePorts.add(port);
      for (const request of [
        'GET /health HTTP/1.1\r\nHost: x\r\n\r\n',
        'GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n',
      ]) {
        const client = await RawClient.open(port);
        client.write(request);
        const answers = client.waitForAnswers(1);
        if (isService) await expect(answers).rejects.toThrow('described');
        else expect(await answers).toHaveLength(1);
        if (isService) expect(() => client.destroy()).toThrow('described');
        else client.destroy();
      }
    }
    servicePorts.delete(port);
    impostor.close();
  });
});

describe('the service', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start(database.url);
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  /** Not `fetch`, which sets headers of its own and refuses to send some methods. */
  async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
    const sent = request(`${service.url}${path}`, { method, headers });
    sent.end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve).on('error', reject);
    });
    const { statusCode: status = 0, headers: received } = response;
    const answer = { status, headers: headersOf(received), body: await text(response) };
    assertDescribed(method, path, answer);
    return answer;
  }

  it('serves the document', async () => {
    const { body } = await ask('GET', '/openapi.json');
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has every operation that the document has', async () => {
    for (const [template, operations] of Object.entries(document.paths)) {
      for (const method of Object.keys(operations)) {
        const path = template
          .replace('{id}', '01a202e1-ba69-7166-a651-e1fcf86e00e5')
          .replace('{file}', 'start.js');
        const { status, body } = await ask(method.toUpperCase(), path);
        const routed = status !== 405 && (status !== 404 || JSON.parse(body).code === 'job_not_found');
        expect([template, method, status, routed]).toEqual([template, method, status, true]);
      }
    }
  });

  it('answers as described when all is well', async () => {
    const key = { ...JSON_TYPE, 'idempotency-key': 'once' };
    const first = await ask('POST', '/work', key, '{"name":"a"}');
    const second = await ask('POST', '/work', key, '{"name":"a"}');
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const { id } = JSON.parse(first.body) as { id: string };
    const docs = ['', '/start.js', '/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png'];
    const paths = [
      `/work/${id}`,
      '/health',
      '/livez',
      '/readyz',
      '/metrics',
      ...docs.map((end) => `/docs${end}`),
    ];
    for (const path of paths) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 200]);
      expect([path, (await ask('HEAD', path)).status]).toEqual([path, 200]);
    }
  });

  it.each<[number, string, string, Record<string, string>, string]>([
    [400, 'GET', '/work/none', {}, ''],
    [404, 'GET', '/work/01a202e1-ba69-7166-a651-e1fcf86e00e5', {}, ''],
    [404, 'GET', '/nothing', {}, ''],
    [404, 'GET', '/docs/..%2fpackage.json', {}, ''],
    [405, 'DELETE', '/work', {}, ''],
    [405, 'OPTIONS', '/work', {}, ''],
    [404, 'OPTIONS', '/nothing', {}, ''],
    [431, 'GET', '/health', { 'x-long': 'a'.repeat(20_000) }, ''],
  ])('answers %i as described: %s %s', async (status, method, path, headers, body) => {
    expect((await ask(method, path, headers, body)).status).toBe(status);
  });

  it('answers 422 as described when a key is used for another job', async () => {
    const key = { ...JSON_TYPE, 'idempotency-key': 'twice' };
    await ask('POST', '/work', key, '{"name":"a"}');
    expect((await ask('POST', '/work', key, '{"name":"b"}')).status).toBe(422);
  });

  it('answers as described during the drain', async () => {
    const draining = await ServiceProcess.start(database.url);
    const health = await RawClient.open(draining.port);
    const work = await RawClient.open(draining.port);
    // Heard of by the service before the signal, so that the linger does not end early for them.
    for (const client of [health, work]) client.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.all([health.waitForAnswers(1), work.waitForAnswers(1)]);
    draining.signal();
    await draining.line('listener closed');
    const body = '{"name":"late"}';
    health.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    work.write(
      `POST /work HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [, unhealthy] = await health.waitForAnswers(2);
    const [, stored] = await work.waitForAnswers(2);
    expect([unhealthy?.status, stored?.status]).toEqual([503, 201]);
    for (const client of [health, work]) client.destroy();
    expect(await draining.exitCode()).toBe(0);
  });
});
