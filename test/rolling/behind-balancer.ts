import { setTimeout as sleep } from 'node:timers/promises';
import type { DrilledServer } from '../../packages/drill/src/server/drilled-server';
import { freePort } from '../../packages/drill/src/server/free-port';
import { type BalancerName, startBalancer } from './balancer';
import type { Deployment, DeployOptions, Scenario } from './deployment';
import { startReplica, stopReplica } from './replica';

/**
 * How long a replica has to be healthy before the next one is stopped: what Kubernetes calls `minReadySeconds`. HAProxy
 * needs one look, 250 ms, to send it anything again.
 */
const MIN_READY_MS = 600;

/** Three replicas on one database behind a balancer with the configuration that is shipped. */
export function behindBalancer(name: BalancerName): Scenario {
  return { name: `three replicas behind ${name}`, deploy: (options) => deploy(name, options) };
}

async function deploy(name: BalancerName, options: DeployOptions): Promise<Deployment> {
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const start = (port: number) => startReplica({ ...options, port });
  const replicas: { port: number; server: DrilledServer }[] = [];
  // One after the other: the naive server makes its table in a way that two at once do not survive.
  for (const port of ports) replicas.push({ port, server: await start(port) });
  const stopReplicas = () => Promise.all(replicas.map(({ server }) => stopReplica(server)));
  const balancer = await startBalancer(name, ports).catch(async (error) => {
    await stopReplicas();
    throw error;
  });
  const exitCodes: (number | null)[] = [];
  return {
    port: balancer.port,
    exitCodes,
    async restartAll() {
      for (const replica of replicas) {
        exitCodes.push(await stopReplica(replica.server));
        replica.server = await start(replica.port);
        await sleep(MIN_READY_MS);
      }
    },
    async stop() {
      await balancer.stop();
      await stopReplicas();
    },
  };
}
