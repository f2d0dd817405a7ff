import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { parserList } from '../../../src/adapters/http-server/draining/half-received';
import { drainable } from '../../../src/bootstrap/drain';
import { until } from '../../support/until';

/** koffi is optional, and may not be installed. */
const ofNode = (sentences: readonly string[]) =>
  sentences.filter((sentence) => !sentence.startsWith('koffi '));

it.each([
  ['node:http', createServer({ keepAliveTimeout: 75_000 })],
  ['node:https', createHttpsServer({ keepAliveTimeout: 75_000 })],
  ['h2c', createHttp2Server()],
  ['h2', createSecureServer()],
  ['h2 with HTTP/1.1', createSecureServer({ allowHTTP1: true })],
])('all that the drain wants of Node is there, on %s', async (_name, plain) => {
  const server = drainable(plain);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await new Promise(setImmediate);
  expect(ofNode((await server.drain()).degraded)).toEqual([]);
});

it('where the list of parsers is missing that is said, and half a request gets 408 at the end of the linger', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const server = drainable(createServer({ keepAliveTimeout: 75_000 }), { lingerMs: 100 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(parserList(server) ?? {}, { active: undefined });
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HT');
  await once(server, 'connection');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const report = await server.drain();
  await until('the end', () => client.destroyed);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  const told = [expect.stringMatching(/^active of ConnectionsList is missing/)];
  expect(report.outcome).toBe('clean');
  expect(ofNode(report.degraded)).toEqual(told);
  expect(ofNode(warnings.mock.calls.map(([text]) => String(text)))).toEqual(told);
  warnings.mockRestore();
});
