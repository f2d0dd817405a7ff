// Drills every server of the gallery whose tools are here, and prints the table of its README.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { findTool } from '../../../test/support/optional-suite';
import { faultCount, type ModeResult } from '../src/run/mode-result';
import { runScenario } from '../src/run-scenario';
import { scenarioOf } from '../src/scenario/scenario';
import { killAllGroups } from '../src/server/child-processes';
import { ENTRIES, type Entry, newFolder, scenarioFor } from './entries';

const TRIALS = 10;
/** Few enough that every server has a thread for each. */
const CLIENTS = 4;
const MODES = ['kept-alive', 'random-gaps', 'one-shot'];

async function row(entry: Entry, folder: string): Promise<string> {
  const results = await runScenario(
    scenarioOf({
      ...scenarioFor(entry, path.join(folder, entry.name.replace(/\W+/g, '-'))),
      mode: MODES,
      trials: TRIALS,
      clients: CLIENTS,
      grace: '4s',
    }),
  );
  const command = `\`${entry.command.join(' ')}\`${entry.signal === 'SIGTERM' ? '' : ` (\`${entry.signal}\`)`}`;
  return `| ${[entry.name, command, entry.packages.join(', ') || '(Node itself)', ...results.map(cell), why(results)].join(' | ')} |`;
}

function cell(result: ModeResult): string {
  const faults = faultCount(result);
  const notes = [
    result.counts.phantom > 0 ? `${result.counts.phantom} phantom` : '',
    result.counts.missing > 0 ? `${result.counts.missing} missing` : '',
    result.badExits > 0 ? `${result.badExits} bad exits` : '',
  ].filter((note) => note !== '');
  const text = `${result.trialsWithFault}/${result.trials}, ${faults}`;
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}

/** The causes that most of the faults have. */
function why(results: readonly ModeResult[]): string {
  const counts = new Map<string, number>();
  for (const { causes } of results)
    for (const { id, count } of causes) counts.set(id, (counts.get(id) ?? 0) + count);
  const ids = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
  return ids.map(([id]) => id).join(', ');
}

async function main(only: readonly string[]): Promise<void> {
  const folder = newFolder();
  process.once('exit', killAllGroups);
  try {
    process.stdout.write(`| server | command | Debian packages | ${MODES.join(' | ')} | why |\n`);
    process.stdout.write(`| --- | --- | --- |${MODES.map(() => ' --- |').join('')} --- |\n`);
    for (const entry of ENTRIES) {
      if (only.length > 0 && !only.includes(entry.name)) continue;
      const missing = entry.tools.filter((tool) => findTool(tool) === undefined);
      if (missing.length > 0) process.stderr.write(`${entry.name}: there is no ${missing.join(', ')}\n`);
      else process.stdout.write(`${await row(entry, folder)}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
