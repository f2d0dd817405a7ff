import { PooledClient } from '../client/pooled-client';
import type { RequestTemplate } from '../requests/request-template';
import { closedLoop } from './kept-alive';
import { everyClient, type Mode, open, pause, type TrialContext } from './mode';

/** Holds a stream open until the server ends it, and comes back like a browser's EventSource, until it is refused. */
async function hold(trial: TrialContext, client: number, template: RequestTemplate): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  await pause(trial, trial.random.between(0, 100));
  while (!trial.enough.aborted) {
    const connection = await pooled.connection(() => template, 'stream');
    if (connection === null) break;
    const { status } = await open(trial, connection, template).ended;
    if (status === 503 && trial.hasSignalled()) break;
    await pause(trial, trial.random.between(20, 100));
  }
  pooled.close();
}

export const eventStream: Mode = {
  name: 'event-stream',
  title: 'streams, such as server-sent events, beside kept-alive clients',
  policy:
    'A stream that is open at the signal is ended as a stream should be, before the grace period is over: with the last chunk, or where it has no length with FIN. One that is cut is LOST, and so is one that is open until the server is killed. After the signal a new one may be refused, or answered 503.',
  lacks: ({ stream }) =>
    stream === null ? '--stream, the request that opens one, such as "GET /events"' : null,
  beforeSignalMs: [150, 350],
  async drive(trial) {
    const { stream } = trial;
    await everyClient(trial, (client) =>
      stream !== null && client % 2 === 0 ? hold(trial, client, stream) : closedLoop(trial, client),
    );
  },
};
