import { Command } from 'commander';
import { atLeastOne } from '../support/at-least-one';

export interface Options {
  readonly rounds: number;
  readonly clients: number;
  readonly only?: string;
  readonly node?: string;
  readonly json?: string;
}

/** Reads the command line. commander prints what is wrong and ends the process on a mistake. */
export function readOptions(argv: readonly string[]): Options {
  return new Command()
    .name('rolling')
    .description(
      'Restarts the service under load in every way that it supports, and accounts for every request.',
    )
    .option('--rounds <n>', 'how often each process is replaced', atLeastOne, 10)
    .option('--clients <n>', 'half of them keep their connection', atLeastOne, 16)
    .option('--only <text>', 'only the scenarios whose name contains this')
    .option('--node <file>', 'which node runs the servers, where it is not this one')
    .option('--json <file>', 'writes the result as JSON')
    .parse([...argv])
    .opts<Options>();
}
