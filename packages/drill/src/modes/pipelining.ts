import { PooledClient } from '../client/pooled-client';
import { wholeRequest } from '../requests/request-bytes';
import { begin, connectionOf, everyClient, type Mode, type TrialContext } from './mode';

const DEPTH = 4;

/** Writes four requests at once, reads four answers, and starts again. */
async function pipeline(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  while (!trial.enough.aborted) {
    const connection = await connectionOf(trial, pooled);
    if (connection === null) break;
    const requests = Array.from({ length: DEPTH }, () => begin(trial, connection));
    connection.together(() => {
      for (const { exchange, bytes } of requests) connection.write(exchange, wholeRequest(bytes));
    });
    await Promise.all(requests.map(({ exchange }) => exchange.ended));
  }
  pooled.close();
}

export const pipelining: Mode = {
  name: 'pipelining',
  title: 'four pipelined requests at a time',
  policy:
    'All four are answered, in order. A close announced on an early answer, with the later ones unanswered, loses them: their bytes had been written.',
  answersAll: true,
  beforeSignalMs: [1, 12],
  waitsForAnswers: true,
  drive: (trial) => everyClient(trial, (client) => pipeline(trial, client)),
};
