import { EmbeddedPostgres } from '../../../src/adapters/embedded-postgres/embedded-postgres';
import { Deadline } from '../../../src/application/lifecycle/deadline';
import { singleFlight } from '../../../src/application/lifecycle/single-flight';
import type { Log } from '../../../src/application/ports/log';

/**
 * A service which does nothing but own an embedded Postgres. Usage: owner.ts DATA_FOLDER. Tells on stdout, one
 * JSON object a line, what happened; stops it on SIGTERM, and takes no notice of SIGINT.
 */
const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`);
const log: Log = {
  debug() {},
  info: (message, fields) => tell({ info: message, ...fields }),
  warn: (message) => tell({ info: message }),
  error: (message) => tell({ failure: message }),
};

let stopping = false;

async function main(): Promise<void> {
  const postgres = new EmbeddedPostgres({ dataFolder: process.argv[2] ?? '', log });
  const component = singleFlight(postgres);
  const start = new AbortController();
  // A service that goes on after Ctrl-C, as this one does until it has drained.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', async () => {
    stopping = true;
    start.abort(new Error('stopped while it started'));
    const details = await component.stop?.(Deadline.in(2_000));
    tell({ stopped: true, details });
    process.exit();
  });
  // It stays, as a service does, when its database has gone.
  setInterval(() => {}, 60_000);
  tell({ starting: true });
  await component.start?.(start.signal);
  tell({ url: postgres.url() });
}

main().catch((error: Error) => {
  tell({ refused: error.message });
  if (!stopping) process.exit(1);
});
