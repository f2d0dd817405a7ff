import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MODES, modesNamed } from './modes';
import type { Mode } from './modes/mode';
import { target } from './target';

export interface Options {
  readonly cmd: string;
  readonly path: string;
  readonly field: string;
  readonly table: string;
  readonly mode: readonly Mode[];
  readonly trials: number;
  readonly clients: number;
  readonly parallel: number;
  readonly seed: number;
  readonly grace: number;
  readonly clientsStop?: number;
  readonly tls: boolean;
  readonly refusals: boolean;
  readonly json?: string;
  readonly report?: string;
}

const SERVICE = 'dist/bootstrap/main.js';
export const DEFAULT_COMMAND = `${process.execPath} ${SERVICE}`;
/** This service without its drain. */
const SERVICE_WITHOUT_DRAIN = `${process.execPath} --require ${path.join(__dirname, 'fixtures', 'exit-at-once.js')} ${SERVICE}`;

/** Reads the command line. commander prints what is wrong and ends the process on a mistake. */
export function readOptions(argv: readonly string[]): Options {
  return new Command()
    .name('drill')
    .description('Sends SIGTERM to a server under load and accounts for the fate of every single request.')
    .option('--cmd <command>', 'the server: takes PORT and DATABASE_URL', DEFAULT_COMMAND)
    .option('--path <path>', 'what takes requests in by POST', target.path)
    .option('--field <name>', 'the member of their JSON, and the column, that holds a name', target.field)
    .option('--table <name>', 'where they are stored', target.table)
    .addOption(
      new Option('--mode <names>', `all, load, or any of: ${MODES.map((mode) => mode.name).join(', ')}`)
        .argParser(modes)
        .default(modes('all'), 'all'),
    )
    .option('--trials <n>', 'SIGTERMs in each mode', atLeastOne, 20)
    .option('--clients <n>', 'clients in each trial', atLeastOne, 32)
    .option('--parallel <n>', 'trials at the same time', atLeastOne, 1)
    .option('--seed <n>', 'repeats the plan of random moments', atLeastOne, 1)
    .option('--grace <ms>', 'from SIGTERM to SIGKILL, as an orchestrator gives it', atLeastOne, 15_000)
    .option(
      '--clients-stop <ms>',
      'clients start nothing new this long after the signal (default: never)',
      atLeastOne,
    )
    .option('--tls', 'the server speaks TLS; its certificate may be any', false)
    .option('--no-refusals', 'a 503 or 4xx is a fault in the modes in which every job can be carried out')
    .option('--json <file>', 'writes the result as JSON')
    .option('--report <file>', 'writes one self-contained HTML page with a picture of a trial of each mode')
    .parse([...argv])
    .opts<Options>();
}

function modes(names: string): readonly Mode[] {
  try {
    return modesNamed(names);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** What the time to exit is measured against: the same server without a drain, where we know how to start that one. */
export function yardstickFor({ cmd }: Options): string | undefined {
  return cmd === DEFAULT_COMMAND ? SERVICE_WITHOUT_DRAIN : undefined;
}

/** A whole number of at least 1, for commander. */
export function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number of at least 1');
  return value;
}
