import type { DrilledServer } from '../../packages/drill/src/server/drilled-server';
import { freePort } from '../../packages/drill/src/server/free-port';
import { heldSocket } from '../process/listener/support/raw-socket';
import { until } from '../support/until';
import type { Deployment, DeployOptions, Scenario } from './deployment';
import { startReplica, stopReplica } from './replica';

/** One process, stopped and then started again: what most machines do. */
export const stopAndStart: Scenario = {
  name: 'one process, stopped and started',
  async deploy(options) {
    const port = await freePort();
    return replacing(port, () => startReplica({ ...options, port }));
  },
};

/**
 * One process on a listening socket that its parent holds, as systemd's socket units do: connections wait in the
 * socket's queue until the successor accepts them.
 */
export const socketActivation: Scenario = {
  name: 'one process, socket activation',
  async deploy(options) {
    const held = heldSocket();
    // systemd sets LISTEN_PID between fork and exec; a shell that becomes the service can do the same.
    const command = `LISTEN_PID=$$ LISTEN_FDS=1 exec ${options.command}`;
    const deployment = await replacing(held.port, () =>
      startReplica({ ...options, command, port: held.port, inherit: held.fd }),
    );
    return {
      ...deployment,
      async stop() {
        await deployment.stop();
        held.close();
      },
    };
  },
};

/** Two processes for a moment: the successor listens beside the older one, which is told to stop then. */
export const reusePort: Scenario = {
  name: 'one process, SO_REUSEPORT',
  deploy: deployReusePort,
};

async function deployReusePort(options: DeployOptions): Promise<Deployment> {
  const port = await freePort();
  const command = `REUSE_PORT=true ${options.command}`;
  const start = async () => {
    const server = await startReplica({ ...options, command, port });
    // It is the older one that may have answered /health.
    await until('the successor is ready', () =>
      server.logLines().some(({ text }) => text.includes('"msg":"ready"')),
    );
    return server;
  };
  let current = await start();
  const exitCodes: (number | null)[] = [];
  return {
    port,
    exitCodes,
    async restartAll() {
      const successor = await start();
      exitCodes.push(await stopReplica(current));
      current = successor;
    },
    async stop() {
      await stopReplica(current);
    },
  };
}

/** Stops the only process, and then starts the next. */
async function replacing(port: number, start: () => Promise<DrilledServer>): Promise<Deployment> {
  let current = await start();
  const exitCodes: (number | null)[] = [];
  return {
    port,
    exitCodes,
    async restartAll() {
      exitCodes.push(await stopReplica(current));
      current = await start();
    },
    async stop() {
      await stopReplica(current);
    },
  };
}
