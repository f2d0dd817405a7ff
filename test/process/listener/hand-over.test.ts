import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { type BuiltSources, buildSources } from '../../support/built-sources';
import { itUnless, withoutTool } from '../../support/optional-suite';
import { withoutLinux } from '../../support/platform';
import { Flood } from './support/flood';
import { heldSocket } from './support/raw-socket';
import { FIXTURE_SOURCES, ServerProcess } from './support/server-process';

const onLinux = itUnless(withoutLinux());
const ACTIVATE = 'systemd-socket-activate';

/** systemd sets LISTEN_PID between fork and exec; a shell that becomes node can do the same. */
const asSystemdWould = ['/bin/sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh'];

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

describe('a socket that outlives the process', () => {
  onLinux(
    'refuses and loses nothing over five restarts under a flood',
    async () => {
      const held = heldSocket();
      let current = start({ inherit: held.fd, wrapper: asSystemdWould });
      await current.address();
      const flood = new Flood(held.port, '127.0.0.1', 16);
      for (let restart = 1; restart <= 5; restart += 1) {
        await flood.answers(flood.fates.answered + 200);
        expect((await current.terminate()).method).toBe('inherited');
        expect(await current.exitCode()).toBe(0);
        current = start({ inherit: held.fd, wrapper: asSystemdWould });
      }
      await flood.answers(flood.fates.answered + 200);
      const { answered, ...others } = await flood.finish();
      held.close();
      expect(others).toEqual({ refused: 0, unconnected: 0, resetBeforeWrite: 0, lost: 0 });
      expect(flood.answeredBy.size).toBe(6);
    },
    60_000,
  );

  onLinux('is not passed on to child processes', async () => {
    const held = heldSocket();
    const server = start({ inherit: held.fd, wrapper: asSystemdWould });
    await server.address();
    const flags = /^flags:\s*0(\d+)$/m.exec(
      readFileSync(`/proc/${server.child.pid}/fdinfo/3`, 'latin1'),
    )?.[1];
    held.close();
    const O_CLOEXEC = 0o2000000;
    expect(Number.parseInt(flags ?? '0', 8) & O_CLOEXEC).toBe(O_CLOEXEC);
  });

  const activated = itUnless(withoutTool(ACTIVATE));
  activated(
    `is taken over from ${ACTIVATE}`,
    async () => {
      const port = await freePort();
      const server = start({
        wrapper: [ACTIVATE, `--listen=127.0.0.1:${port}`, '--setenv=FIXTURE'],
      });
      // It starts the service at the first connection, which therefore waits in the queue that the service inherits.
      const flood = await floodOnceListening(port);
      expect(await server.address()).toMatchObject({ port });
      await flood.answers(50);
      await flood.finish();
      expect(await server.terminate()).toMatchObject({ method: 'inherited', accepted: 0 });
      expect(await server.exitCode()).toBe(0);
      expect(flood.fates).toMatchObject({ lost: 0, resetBeforeWrite: 0 });
    },
    30_000,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Tries until the port is bound, then floods it. */
async function floodOnceListening(port: number): Promise<Flood> {
  const reachable = () =>
    new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1');
      probe.on('connect', () => resolve(true)).on('error', () => resolve(false));
      probe.on('connect', () => probe.destroy());
    });
  while (!(await reachable()));
  return new Flood(port, '127.0.0.1', 4);
}
