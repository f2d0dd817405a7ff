import { PooledClient } from '../client/pooled-client';
import { keptAlive } from './kept-alive';
import { connectionOf, everyClient, type Means, type Mode, send, type TrialContext } from './mode';

const BESIDE =
  'The time from the signal to the exit is shown beside that of a process whose handler is `process.exit`, measured in turn with it: the yardstick, by default a bare node:http server.';

const lacks = ({ canCompare }: Means) => (canCompare ? null : 'a server that the drill has started itself');

export const exitIdle: Mode = {
  name: 'exit-idle',
  title: 'time to exit, no connections',
  policy: BESIDE,
  beforeSignalMs: [50, 100],
  undisturbed: true,
  lacks,
  drive: (trial) => trial.signalled,
};

/** One request each, then silence. */
async function askOnceAndStay(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  const connection = await connectionOf(trial, pooled);
  if (connection === null) return;
  await send(trial, connection).ended;
  await connection.closed;
}

export const exitKeptAlive: Mode = {
  name: 'exit-kept-alive',
  title: 'time to exit, idle kept-alive connections',
  policy: `${BESIDE} The connections have been silent for over a second.`,
  beforeSignalMs: [1200, 1300],
  undisturbed: true,
  lacks,
  drive: (trial) => everyClient(trial, (client) => askOnceAndStay(trial, client)),
};

export const exitLoaded: Mode = {
  ...keptAlive,
  name: 'exit-loaded',
  title: 'time to exit, under load',
  policy: `${BESIDE} ${keptAlive.policy}`,
  undisturbed: true,
  lacks,
};
