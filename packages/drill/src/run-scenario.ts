import { once } from 'node:events';
import type { Mode } from './modes/mode';
import { createDatabases, type Databases } from './postgres/databases';
import { startThrowAwayPostgres } from './postgres/throw-away';
import type { ModeResult } from './run/mode-result';
import { type LaneSetup, runDrill } from './run/run-drill';
import type { Scenario } from './scenario/scenario';
import { killAllGroups } from './server/child-processes';

export interface Watcher {
  /** Told when everything is there and the first trial begins. */
  onBegin?(): void;
  onTrial?(mode: Mode, done: number): void;
  /** Told what takes a while. */
  onWait?(text: string): void;
  /** Aborted to end the run at once: it throws the reason then, and still leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a scenario, with databases of its own where it asks for them. Nothing of it is left when it has ended.
 * @throws Error in words for the user when it cannot be run
 */
export async function runScenario(scenario: Scenario, watcher: Watcher = {}): Promise<ModeResult[]> {
  const { postgres, parallel } = scenario;
  const { signal } = watcher;
  // Nobody waits for what runs any more.
  signal?.addEventListener('abort', killAllGroups, { once: true });
  if (postgres === false)
    return drill(
      scenario,
      Array.from({ length: parallel }, () => ({ environment: {} })),
      watcher,
    );
  const server =
    postgres === true ? await startThrowAwayPostgres((text) => watcher.onWait?.(text), signal) : null;
  let databases: Databases | null = null;
  try {
    databases = await createDatabases(server?.url ?? String(postgres), parallel);
    const lanes = databases.urls.map((databaseUrl) => ({
      databaseUrl,
      environment: { DATABASE_URL: databaseUrl },
    }));
    return await drill(scenario, lanes, watcher);
  } finally {
    if (server === null) await databases?.drop();
    await server?.stop();
  }
}

async function drill(
  scenario: Scenario,
  lanes: readonly LaneSetup[],
  { onBegin, onTrial, signal }: Watcher,
): Promise<ModeResult[]> {
  onBegin?.();
  const plan = { ...scenario, lanes, onTrial: (mode: Mode, done: number) => onTrial?.(mode, done), signal };
  try {
    return await (signal === undefined
      ? runDrill(plan)
      : Promise.race([runDrill(plan), whenAborted(signal)]));
  } finally {
    // The start of a target may go on.
    killAllGroups();
  }
}

/** Rejects with the reason. */
async function whenAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
