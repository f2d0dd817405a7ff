import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { checkWords, messageOf, UsageError } from '../../scenario/words';
import { askerAt, askNobody } from './asker';
import { askForScenario } from './questions';
import { scenarioYaml } from './scenario-yaml';

/** `lastcall-drill init`, as it stands in its `--help`. */
export function initCommand(): Command {
  return new Command('init')
    .description('Asks about a server, and writes the file for --config.')
    .argument('[file]', 'where it is written', 'drill.yaml')
    .option('-y, --yes', 'takes the defaults, and asks nothing')
    .option('-f, --force', 'writes over a file that is there')
    .addHelpText(
      'after',
      '\nAnswers may come from a pipe, a line each; where it ends, the defaults are taken.',
    );
}

/**
 * Asks, and then writes the file: all of it or nothing.
 * @param signal aborted when the user does not want to go on
 * @throws UsageError, Cancelled, and what commander throws
 */
export async function init(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const command = initCommand()
    .exitOverride()
    .parse([...argv], { from: 'user' });
  const file = String(command.processedArgs[0]);
  const { yes, force } = command.opts<{ yes?: true; force?: true }>();
  if (force !== true && existsSync(file))
    throw new UsageError(`${file} is there already; --force writes over it`);
  const asker = yes === true ? null : askerAt(process.stdin, process.stderr, signal);
  try {
    const words = await askForScenario(asker?.ask ?? askNobody, startLine());
    const checked = checkWords(words, (path) => path);
    // JSON has no place for comments.
    const isJson = file.endsWith('.json');
    const text = isJson ? `${JSON.stringify(checked, null, 2)}\n` : scenarioYaml(checked, file);
    write(file, text, force === true);
  } finally {
    asker?.end();
  }
  process.stdout.write(`${file} is written. Run it with: npx lastcall-drill --config ${file}\n`);
}

function write(file: string, text: string, mayBeThere: boolean): void {
  try {
    writeFileSync(file, text, { flag: mayBeThere ? 'w' : 'wx' });
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${messageOf(error)}`);
  }
}

/** What package.json calls the start, where that is Node: npm would stand between the drill and the server. */
function startLine(): string {
  try {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts?: { start?: string } };
    if (scripts?.start?.startsWith('node ') === true) return scripts.start;
  } catch {
    // There is none, or none that can be read.
  }
  return 'node server.js';
}
