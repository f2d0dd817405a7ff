import { join } from 'node:path';
import { letGoOfTerminal } from '../adapters/process/terminal';
import { holdTerminationSignals } from '../adapters/process/termination-signals';
import { isInstrumented, requireBundle } from './bundle';
import { takeEnvironment } from './environment';
import type * as Run from './run';

// First of all: loading and wiring take most of the start, and then `run` takes what has come meanwhile.
holdTerminationSignals();
const environment = takeEnvironment();

const bundle = isInstrumented(process.execArgv, environment.NODE_OPTIONS)
  ? undefined
  : requireBundle(join(__dirname, '../bundle'));
const { run } = (bundle ?? modules()) as typeof Run;

void run(environment).then(
  // The only way out: an exit code says whether everything that was taken in has been stored and answered.
  (exitCode) => {
    letGoOfTerminal();
    process.exit(exitCode);
  },
);

/** Without the bundle, what it has inside is loaded now: the files may be replaced while the service runs. */
function modules(): unknown {
  process.setSourceMapsEnabled(true);
  require('prom-client');
  return require('./run');
}
