import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';
import { closeListener, openListener } from '../../../src/adapters/http-server';
import { type BuiltSources, buildSources } from '../../support/built-sources';
import { itUnless } from '../../support/optional-suite';
import { withoutReusePort } from '../../support/platform';
import { Flood } from './support/flood';
import { HalfConnectedClient } from './support/raw-socket';
import { FIXTURE_SOURCES, ServerProcess } from './support/server-process';

const OLDER_NODE = path.join(__dirname, 'fixtures/older-node.cjs');

let fixture: BuiltSources;
const started: ServerProcess[] = [];
beforeAll(() => {
  fixture = buildSources(FIXTURE_SOURCES);
});
afterEach(() => {
  for (const each of started.splice(0)) each.kill();
});
afterAll(() => fixture.remove());

function start(options: ConstructorParameters<typeof ServerProcess>[1]): ServerProcess {
  const server = new ServerProcess(fixture, options);
  started.push(server);
  return server;
}

describe('two listeners on one port', () => {
  const target = { kind: 'address', port: 0, host: '127.0.0.1', reusePort: true } as const;
  const twins = itUnless(withoutReusePort());

  twins(
    'refuse and lose nothing when the older stops',
    async () => {
      let older = start({ target });
      const { port } = await older.address();
      const flood = new Flood(port, '127.0.0.1', 16);
      for (let restart = 1; restart <= 5; restart += 1) {
        const newer = start({ target: { ...target, port } });
        await newer.address();
        await flood.answers(flood.fates.answered + 200);
        expect(await older.terminate()).toMatchObject({ method: 'syn-drop' });
        expect(await older.exitCode()).toBe(0);
        older = newer;
      }
      const { answered, ...others } = await flood.finish();
      expect(others).toEqual({ refused: 0, unconnected: 0, resetBeforeWrite: 0, lost: 0 });
      expect(flood.answeredBy.size).toBe(6);
    },
    60_000,
  );

  twins(
    'take new connections over from the older without a pause while it still waits for handshakes',
    async () => {
      const older = createServer((socket) => socket.end('older'));
      const newer = createServer((socket) => socket.end('newer'));
      const listener = await openListener(older, target);
      const { port } = listener.address as AddressInfo;
      await openListener(newer, { ...target, port });
      // Enough of them that the kernel's hash gives some to the older one, which keep it open until they are gone.
      const halves = Array.from({ length: 20 }, () => new HalfConnectedClient(port));
      const closing = closeListener(older, listener, { handshakeTimeoutMs: 5_000 });
      const answers = await Promise.all(Array.from({ length: 20 }, () => answerFrom(port)));
      expect(older.listening).toBe(true);
      expect(answers).toEqual(answers.map(() => 'newer'));
      for (const half of halves) half.close();
      await closing;
      await once(newer.close(), 'close');
    },
  );

  it('are refused in one readable line by an older Node', async () => {
    const server = start({ target, env: { NODE_OPTIONS: `--require=${OLDER_NODE}` } });
    expect(await server.failure()).toBe('reusePort needs Node 22.12 or 23.1, and this is 22.11.0');
    expect(await server.exitCode()).toBe(1);
  });
});

async function answerFrom(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer as string;
}
