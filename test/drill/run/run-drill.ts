import path from 'node:path';
import { JobsTable } from '../database/jobs-table';
import { isTimed } from '../modes';
import type { Mode } from '../modes/mode';
import { type ModeResult, ModeTally } from './mode-result';
import { runTrial } from './trial';

export interface DrillPlan {
  readonly command: string;
  readonly cwd: string;
  readonly modes: readonly Mode[];
  readonly trials: number;
  readonly clients: number;
  /** Whether the server speaks TLS. */
  readonly secure?: boolean;
  readonly seed: number;
  readonly graceMs: number;
  readonly clientsStopMs?: number;
  /** A clean no counts as a fault in the modes in which every request can be carried out. */
  readonly noRefusals?: boolean;
  /** One empty database for each lane of trials that run side by side. */
  readonly databaseUrls: readonly string[];
  /** The command whose time to exit is shown beside the server's; by default a bare process that exits at once. */
  readonly yardstick?: string | undefined;
  /** For the yardstick: another server's table is not like its own. */
  readonly bareDatabaseUrl: string;
  readonly onTrial?: (mode: Mode, done: number) => void;
}

const BARE_COMMAND = `${process.execPath} ${path.join(__dirname, '..', 'fixtures', 'bare-exit.js')}`;

interface Lane {
  readonly databaseUrl: string;
  readonly table: JobsTable;
}

function laneOn(databaseUrl: string): Lane {
  return { databaseUrl, table: new JobsTable(databaseUrl) };
}

/** Runs every trial of every mode. Throws when the server cannot be started, or a session outlives it. */
export async function runDrill(plan: DrillPlan): Promise<ModeResult[]> {
  const lanes = plan.databaseUrls.map(laneOn);
  const bare = laneOn(plan.bareDatabaseUrl);
  try {
    const results: ModeResult[] = [];
    for (const mode of plan.modes) results.push(await runMode(plan, mode, lanes, bare));
    return results;
  } finally {
    await Promise.all([...lanes, bare].map((lane) => lane.table.end()));
  }
}

async function runMode(plan: DrillPlan, mode: Mode, lanes: readonly Lane[], bare: Lane): Promise<ModeResult> {
  const mayRefuse = plan.noRefusals !== true || mode.answersAll !== true;
  const tally = new ModeTally(mode, plan.clients);
  let next = 1;
  let done = 0;
  // Times are compared only between trials that had the machine to themselves.
  const used = isTimed(mode) ? lanes.slice(0, 1) : lanes;
  await Promise.all(
    used.map(async (lane) => {
      while (next <= plan.trials) {
        const number = next;
        next += 1;
        const trial = { ...plan, ...lane, mode, mayRefuse, number, seed: plan.seed + number };
        tally.add(await runTrial(trial));
        if (isTimed(mode)) {
          const yardstick = { ...trial, ...bare, secure: false, command: plan.yardstick ?? BARE_COMMAND };
          tally.addBare((await runTrial(yardstick)).exitMs);
        }
        done += 1;
        plan.onTrial?.(mode, done);
      }
    }),
  );
  return tally.result();
}
