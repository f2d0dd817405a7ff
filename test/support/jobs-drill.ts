import path from 'node:path';
import type { ModeResult } from '../../packages/drill/src/run/mode-result';
import { runScenario, type Watcher } from '../../packages/drill/src/run-scenario';
import { scenarioOf } from '../../packages/drill/src/scenario/scenario';
import { readScenarioFile } from '../../packages/drill/src/scenario/scenario-file';
import type { ScenarioWords } from '../../packages/drill/src/scenario/schema';
import { PROJECT } from './service-process';

/** What `npm run drill` does to the service. */
export const SERVICE_DRILL = readScenarioFile(path.join(PROJECT, 'drill.yaml'));

/** The same to another server with the same routes and the same table. */
export function drillOn(words: ScenarioWords, watcher?: Watcher): Promise<ModeResult[]> {
  const { yardstick: _ours, ...service } = SERVICE_DRILL;
  return runScenario(scenarioOf({ ...service, ...words }), watcher);
}
