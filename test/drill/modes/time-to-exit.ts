import { PooledClient } from '../client/pooled-client';
import { wholeRequest, workRequest } from '../client/request-bytes';
import { keptAlive } from './kept-alive';
import { everyClient, type Mode, type TrialContext } from './mode';

const BESIDE =
  'The time from the signal to the exit is shown beside that of a process whose handler is `process.exit`, measured in turn with it: this service without its drain, or for another command a bare node:http server.';

export const exitIdle: Mode = {
  name: 'exit-idle',
  title: 'time to exit, no connections',
  policy: BESIDE,
  beforeSignalMs: [50, 100],
  undisturbed: true,
  drive: (trial) => trial.signalled,
};

/** One request each, then silence. */
async function askOnceAndStay(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  const connection = await pooled.connection();
  if (connection === null) return;
  const exchange = connection.begin('work');
  connection.write(exchange, wholeRequest(workRequest(exchange.seen.name)));
  await exchange.ended;
  await connection.closed;
}

export const exitKeptAlive: Mode = {
  name: 'exit-kept-alive',
  title: 'time to exit, idle kept-alive connections',
  policy: `${BESIDE} The connections have been silent for over a second.`,
  beforeSignalMs: [1200, 1300],
  undisturbed: true,
  drive: (trial) => everyClient(trial, (client) => askOnceAndStay(trial, client)),
};

export const exitLoaded: Mode = {
  ...keptAlive,
  name: 'exit-loaded',
  title: 'time to exit, under load',
  policy: `${BESIDE} ${keptAlive.policy}`,
  undisturbed: true,
};
