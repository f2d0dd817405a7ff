import { PooledClient } from '../client/pooled-client';
import { inPieces } from '../requests/request-bytes';
import { begin, connectionOf, everyClient, inTime, type Mode, pause, type TrialContext } from './mode';

const PIECES = 9;
const BODY_BYTES = 4096;

/** Uploads one body after the other, each in pieces over 80 to 560 ms, so that the signal falls into one. */
async function upload(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  await pause(trial, trial.random.between(0, 100));
  while (!trial.hasSignalled() && !trial.enough.aborted) {
    const connection = await connectionOf(trial, pooled);
    if (connection === null) break;
    const { exchange, bytes } = begin(trial, connection, { bodyBytes: BODY_BYTES });
    const [first = Buffer.alloc(0), ...rest] = inPieces(bytes, PIECES);
    connection.write(exchange, first, false);
    await inTime(trial, connection, exchange, rest, () => trial.random.between(10, 70));
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
