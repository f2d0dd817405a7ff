import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  INTERNALS,
  missingInternals,
  type Samples,
  samplesOf,
} from '../../../../../src/adapters/http-server/attached/internals-check';

const ofNode = (sentences: readonly string[]) =>
  sentences.filter((sentence) => !sentence.startsWith('koffi '));

/** With TLS it reaches into all of them. */
const server: Server = createHttpsServer();
let samples: Samples;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  samples = samplesOf(server);
});
afterAll(() => server.close());

/** The same, but for one thing. */
function without(sample: object | undefined, name: string): object {
  return new Proxy(sample ?? {}, {
    has: (target, key) => key !== name && key in target,
    ownKeys: (target) =>
      Reflect.ownKeys(target).filter((key) => typeof key === 'string' || key.description !== name),
  });
}

const ALL = Object.entries(INTERNALS).flatMap(([of, consequences]) =>
  Object.entries(consequences).map(([name, consequence]) => [of, name, consequence] as const),
);

it.each(ALL)('of %s, %s is looked for, and only its own absence is told', (of, name, consequence) => {
  const found = { ...samples, [of]: without(samples[of as keyof Samples], name) };
  expect(ofNode(missingInternals(server, found))).toEqual([`${name} of ${of} is missing: ${consequence}`]);
});

it('nothing is missing on this Node', () => {
  expect(ofNode(missingInternals(server, samples))).toEqual([]);
});

it.each<[string, keyof Samples, Server]>([
  ['no handle', 'TCP', Object.assign(createServer(), { _handle: undefined })],
  ['no list of parsers', 'ConnectionsList', createServer()],
])('a Node with %s lacks all that would be on it', (_what, of, strange) => {
  expect(ofNode(missingInternals(strange, { ...samples, [of]: samplesOf(strange)[of] }))).toEqual(
    Object.entries(INTERNALS[of]).map(([name, what]) => `${name} of ${of} is missing: ${what}`),
  );
});

it('a server that has been closed again lacks nothing', async () => {
  const closed = createServer();
  closed.listen(0, '127.0.0.1');
  await once(closed, 'listening');
  closed.close();
  expect(ofNode(missingInternals(closed))).toEqual([]);
});
