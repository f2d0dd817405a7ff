import { PooledClient } from '../client/pooled-client';
import { workRequest } from '../client/request-bytes';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

const PIECES = 8;
const BODY_BYTES = 4096;

/** Uploads one body after the other, each in pieces over 80 to 560 ms, so that the signal falls into one. */
async function upload(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  await pause(trial, trial.random.between(0, 100));
  while (!trial.hasSignalled() && !trial.enough.aborted) {
    const connection = await pooled.connection();
    if (connection === null) break;
    const exchange = connection.begin('work');
    const { head, body } = workRequest(exchange.seen.name, { bodyBytes: BODY_BYTES });
    connection.write(exchange, head, false);
    const step = Math.ceil(body.length / PIECES);
    for (let at = 0; at < body.length && !exchange.isOver; at += step) {
      await pause(trial, trial.random.between(10, 70));
      connection.write(exchange, body.subarray(at, at + step), at + step >= body.length);
    }
    await exchange.ended;
  }
  pooled.close();
}

export const slowUpload: Mode = {
  name: 'slow-upload',
  title: 'slow uploads across the signal',
  policy:
    'An upload that was under way at the signal, and ends at most 560 ms after it began, is answered. An early 4xx or 503 is a clean answer too.',
  answersAll: true,
  beforeSignalMs: [150, 350],
  drive: (trial) => everyClient(trial, (client) => upload(trial, client)),
};
