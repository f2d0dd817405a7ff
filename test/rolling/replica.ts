import { ServerProcess } from '../drill/server/server-process';
import { PROJECT } from '../support/service-process';
import type { DeployOptions } from './deployment';

const START_TIMEOUT_MS = 60_000;
/** From SIGTERM to SIGKILL. Orchestrators give 10 to 30 s. */
const GRACE_MS = 15_000;

export interface ReplicaOptions extends DeployOptions {
  readonly port: number;
  /** A listening descriptor that becomes the replica's descriptor 3. */
  readonly inherit?: number;
}

/** Starts one and waits until `GET /health` on its port answers 200. */
export function startReplica(options: ReplicaOptions): Promise<ServerProcess> {
  return ServerProcess.start({ ...options, cwd: PROJECT, startTimeoutMs: START_TIMEOUT_MS });
}

/** SIGTERM, and SIGKILL after the grace period. Resolves with the exit code, null when it had to be killed. */
export async function stopReplica(replica: ServerProcess): Promise<number | null> {
  replica.signal('SIGTERM');
  return (await replica.exitWithin(GRACE_MS))?.code ?? null;
}
