import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packedCopy, projectWith, removeFolders } from './support/npm';
import { type Halves, stopUnderWay } from './support/stop-under-way';
import { complaintsOfTypes } from './support/type-check';

/** The handler has the first half, and waits for the other. */
const POST: Halves = ['POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst', 'other'];

const NOTHING_LOST = {
  before: { status: 200 },
  during: { status: 200, body: 'firstother' },
  saidGoodbye: true,
  exitCode: 0,
  stderr: '',
};

/** All that is exported, used as it should be; and once as it should not. */
const USE_OF_TYPES = `
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import * as https from 'node:https';
import 'lastcall-drain/register';
import {
  type AnyServer, type Drainable, type DrainOptions, type DrainReport, drainable, type HttpOptions, type HttpServerEvent,
  type Lifecycle, type LifecycleOptions, lifecycle, type ListenerReport, type Part, type Refusal, type RefusalLook,
} from 'lastcall-drain';

const options: DrainOptions = {
  timeoutMs: 1,
  refusal: ({ status }: Refusal): RefusalLook => ({ headers: {}, body: String(status) }),
  onEvent(event: HttpServerEvent) {
    if (event.type === 'drained') console.log(event.forced + event.atMs);
    // @ts-expect-error: no event is called so
    if (event.type === 'dried') console.log(event);
  },
};
const server = drainable(createServer(), options);
server.keepAliveTimeout = 72_000;
drainable(createSecureServer()).setTimeout(1);
drainable(https.createServer()).maxHeadersCount = 1;
// @ts-expect-error: that is no server
drainable({});
// @ts-expect-error: times are numbers
drainable(server, { timeoutMs: '1s' });

export async function stop(it: Drainable & AnyServer): Promise<ListenerReport> {
  const report: DrainReport = await it.drain();
  const outcome: 'clean' | 'forced' = report.outcome;
  console.log(outcome, it.draining.aborted, it.outOfTime.reason);
  return report.listener;
}

const pool: Part = { needs: ['disk'], start: async (signal) => signal.throwIfAborted(), stop: () => undefined };
const http: HttpOptions = { port: 80, drain: { lingerMs: 1 } };
const all: LifecycleOptions = { timeoutMs: 1, onEvent: (event) => console.log(event.type) };
const inOrder: Lifecycle = lifecycle(all).use('pool', pool).http(server, http).http((_, response) => response.end(), http);
inOrder.run().then((code: number) => console.log(code, inOrder.draining.aborted));
`;

let tarball: string;

beforeAll(async () => {
  tarball = await packedCopy();
});

afterAll(removeFolders);

describe.each([
  ['commonjs', '.cjs'],
  ['module', '.mjs'],
] as const)('lastcall-drain, installed in a project of type %s', (type, extension) => {
  let project: string;

  beforeAll(async () => {
    project = await projectWith(tarball, type, '--prefer-offline');
    for (const name of ['server', 'unchanged']) {
      const fixture = path.join(__dirname, 'fixtures', `${name}${extension}`);
      copyFileSync(fixture, path.join(project, `${name}.js`));
    }
  });

  it('brings koffi, and nothing else of the service', () => {
    const has = (name: string) => existsSync(path.join(project, 'node_modules', name));
    expect(['koffi', 'koa', 'pg', 'pino', 'esbuild'].filter(has)).toEqual(['koffi']);
  });

  it('loses no request of a server that is drainable', async () => {
    expect(await stopUnderWay(project, ['server.js'], { halves: POST })).toMatchObject(NOTHING_LOST);
  });

  it.each(['--import', '--require'])(
    'loses no request of a program that knows nothing of it, by %s',
    async (how) => {
      const words = [how, 'lastcall-drain/register', 'unchanged.js'];
      expect(await stopUnderWay(project, words, { halves: POST })).toMatchObject(NOTHING_LOST);
    },
  );

  it('has types that the strictest check has nothing to say of', async () => {
    writeFileSync(path.join(project, 'use.ts'), USE_OF_TYPES);
    expect(await complaintsOfTypes(project, 'use.ts')).toBe('');
  });
});
