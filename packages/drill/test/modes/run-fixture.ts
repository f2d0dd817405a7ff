import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModeResult } from '../../src/run/mode-result';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';
import type { ScenarioWords } from '../../src/scenario/schema';

const FIXTURES = path.join(__dirname, '../fixtures');

/** What was found, beside what the fixture says that it did wrong. */
export interface Drilled {
  readonly result: ModeResult;
  /** The ids that the drill names, each with its fate, in the order of ids. */
  readonly named: readonly string[];
  /** The ids that the fixture has written down. */
  readonly wrong: readonly string[];
}

/** Runs one trial of one mode on a fixture that writes its effects into the file FIXTURE_EFFECTS, a line each. */
export async function runFixture(
  fixture: string,
  words: ScenarioWords,
  env: Readonly<Record<string, string>> = {},
): Promise<Drilled> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drill-'));
  const faults = path.join(folder, 'faults');
  const effectsLog = path.join(folder, 'effects');
  try {
    await writeFile(faults, '');
    await writeFile(effectsLog, '');
    const [result] = await runScenario(
      scenarioOf({
        command: [process.execPath, path.join(FIXTURES, `${fixture}.js`)],
        env: { FIXTURE_FAULTS: faults, FIXTURE_EFFECTS: effectsLog, ...env },
        ready: 'GET /health',
        effectsLog,
        trials: 1,
        clients: 12,
        seed: 7,
        grace: 5000,
        ...words,
      }),
    );
    if (result === undefined) throw new Error('no mode was run');
    const text = await readFile(faults, 'utf8');
    return {
      result,
      named: result.faults.map(({ request }) => `${request.seen.id} ${request.fate}`).sort(),
      wrong: text
        .split('\n')
        .filter((name) => name !== '')
        .sort(),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `named` is when the drill names exactly what went wrong. */
export function each(wrong: readonly string[], fate: string): string[] {
  return wrong.map((id) => `${id} ${fate}`);
}
