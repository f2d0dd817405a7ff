import { PooledClient } from '../client/pooled-client';
import { connectionOf, everyClient, type Mode, pause, send, type TrialContext } from './mode';

/** Asks again and again on a kept-alive connection, until no connection can be had or the trial is over. */
export async function closedLoop(
  trial: TrialContext,
  client: number,
  gapMs: () => number = () => 0,
): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  while (!trial.enough.aborted) {
    const connection = await connectionOf(trial, pooled);
    if (connection === null) break;
    await send(trial, connection).ended;
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
  beforeSignalMs: [1, 12],
  waitsForAnswers: true,
  drive: (trial) => everyClient(trial, (client) => closedLoop(trial, client)),
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
