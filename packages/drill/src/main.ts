#!/usr/bin/env node
import { CommanderError } from 'commander';
import { readCommandLine } from './cli/command-line';
import { completion } from './cli/completion/completion';
import { Cancelled } from './cli/init/asker';
import { init } from './cli/init/init';
import { interruption } from './cli/interruption';
import { whyNotOn } from './cli/platform';
import { runAndReport } from './cli/run-and-report';
import { messageOf } from './scenario/words';
import { killAllGroups } from './server/child-processes';

/** The exit code for what could not be run at all. */
const COULD_NOT_RUN = 2;
/** That of a program that Ctrl-C has ended. */
const LEFT = 130;

const { version } = require('../package.json') as { version: string };

async function main(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === 'init') return init(rest, interrupted.signal).then(() => 0);
  if (first === 'completion') {
    process.stdout.write(completion(rest, version));
    return 0;
  }
  const words = readCommandLine(argv, version);
  const obstacle = whyNotOn(process.platform);
  if (obstacle !== null) throw new Error(obstacle);
  return (await runAndReport(words, version, interrupted.signal)) ? 0 : 1;
}

// However this process ends, its servers end with it.
process.on('exit', killAllGroups);
const interrupted = interruption(process, COULD_NOT_RUN);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (interrupted.signal.aborted) process.exit(interrupted.exitCode());
    // Ctrl-C and Ctrl-D at a question are a key, and no signal.
    if (error instanceof Cancelled) {
      process.stderr.write(`\n${error.message}\n`);
      process.exit(LEFT);
    }
    // commander has printed its own.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : COULD_NOT_RUN);
    process.stderr.write(`lastcall-drill: ${messageOf(error)}\n`);
    process.exit(COULD_NOT_RUN);
  },
);
