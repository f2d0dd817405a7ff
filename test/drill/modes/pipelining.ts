import { PooledClient } from '../client/pooled-client';
import { wholeRequest, workRequest } from '../client/request-bytes';
import { everyClient, type Mode, type TrialContext } from './mode';

const DEPTH = 4;

/** Writes four requests at once, reads four answers, and starts again. */
async function pipeline(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  while (!trial.enough.aborted) {
    const connection = await pooled.connection();
    if (connection === null) break;
    const exchanges = Array.from({ length: DEPTH }, () => connection.begin('work'));
    connection.together(() => {
      for (const exchange of exchanges) {
        connection.write(exchange, wholeRequest(workRequest(exchange.seen.name)));
      }
    });
    await Promise.all(exchanges.map((exchange) => exchange.ended));
  }
  pooled.close();
}

export const pipelining: Mode = {
  name: 'pipelining',
  title: 'four pipelined requests at a time',
  policy:
    'All four are answered, in order. A close announced on an early answer, with the later ones unanswered, loses them: their bytes had been written.',
  answersAll: true,
  beforeSignalMs: [120, 300],
  drive: (trial) => everyClient(trial, (client) => pipeline(trial, client)),
};
