import { PooledClient } from '../client/pooled-client';
import { wholeRequest, workRequest } from '../client/request-bytes';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

/** Asks again and again on a kept-alive connection, until no connection can be had or the trial is over. */
async function closedLoop(trial: TrialContext, client: number, gapMs: () => number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  while (!trial.enough.aborted) {
    const connection = await pooled.connection();
    if (connection === null) break;
    const exchange = connection.begin('work');
    connection.write(exchange, wholeRequest(workRequest(exchange.seen.name)));
    await exchange.ended;
    const gap = gapMs();
    if (gap > 0) await pause(trial, gap);
  }
  pooled.close();
}

export const keptAlive: Mode = {
  name: 'kept-alive',
  title: 'kept-alive clients, busy',
  policy: 'Every request whose bytes were written gets a complete answer.',
  answersAll: true,
  beforeSignalMs: [120, 300],
  drive: (trial) => everyClient(trial, (client) => closedLoop(trial, client, () => 0)),
};

export const randomGaps: Mode = {
  name: 'random-gaps',
  title: 'kept-alive clients, gaps of 5 to 400 ms',
  policy:
    'A client that has read the end of its connection before it wrote a byte was refused, and nothing is lost. One that wrote just before must be answered: a 408 or 503 will do.',
  beforeSignalMs: [150, 400],
  drive: (trial) =>
    everyClient(trial, (client) => closedLoop(trial, client, () => trial.random.between(5, 400))),
};
