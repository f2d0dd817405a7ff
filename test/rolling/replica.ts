import { commandServer } from '../../packages/drill/src/server/command-server';
import type { DrilledServer } from '../../packages/drill/src/server/drilled-server';
import { readyCheck } from '../../packages/drill/src/server/ready';
import { HEALTH } from '../support/job-request';
import { PROJECT } from '../support/service-process';
import type { DeployOptions } from './deployment';

const READY = readyCheck(HEALTH, 60_000);
/** From SIGTERM to SIGKILL. Orchestrators give 10 to 30 s. */
const GRACE_MS = 15_000;

export interface ReplicaOptions extends DeployOptions {
  readonly port: number;
  /** A listening descriptor that becomes the replica's descriptor 3. */
  readonly inherit?: number;
}

/** Starts one and waits until `GET /health` on its port answers 200. */
export function startReplica({ databaseUrl, ...options }: ReplicaOptions): Promise<DrilledServer> {
  const start = commandServer({ ...options, cwd: PROJECT, signal: 'SIGTERM', ready: READY });
  return start({ environment: { DATABASE_URL: databaseUrl } });
}

/** SIGTERM, and SIGKILL after the grace period. Resolves with the exit code, null when it had to be killed. */
export async function stopReplica(replica: DrilledServer): Promise<number | null> {
  await replica.stop();
  return (await replica.exitWithin(GRACE_MS, () => true))?.code ?? null;
}
