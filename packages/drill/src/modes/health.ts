import { Connection } from '../client/connection';
import { inPieces } from '../requests/request-bytes';
import { begin, everyClient, inTime, type Mode, pause, probe, type TrialContext } from './mode';

const UPLOAD_PIECES = 13;
const PIECE_BYTES = 40;
const PIECE_MS = 40;

/** Keeps the drain open: one upload that ends about half a second after the signal. */
async function holdOpen(trial: TrialContext, client: number): Promise<void> {
  const connection = new Connection({ ...trial, client });
  await connection.opened;
  const { exchange, bytes } = begin(trial, connection, { bodyBytes: UPLOAD_PIECES * PIECE_BYTES });
  const [first = Buffer.alloc(0), ...rest] = inPieces(bytes, UPLOAD_PIECES);
  connection.write(exchange, first, false);
  await trial.signalled;
  await inTime(trial, connection, exchange, rest, () => PIECE_MS);
  await exchange.ended;
  connection.close();
}

/** One client has enough connections to ask until the upload is over; the others stop earlier. */
const SPARE = { last: 24, others: 6 };

/** Asks about every 30 ms on connections that are opened before the signal, a fresh one whenever the last was used up. */
async function probeOld(trial: TrialContext, client: number): Promise<void> {
  const length = client === 1 ? SPARE.last : SPARE.others;
  const spare = Array.from({ length }, () => new Connection({ ...trial, client }));
  await Promise.all(spare.map((connection) => connection.opened));
  for (const connection of spare) {
    while (connection.isUsable && !trial.enough.aborted) {
      await probe(trial, connection).ended;
      await pause(trial, trial.random.between(15, 45));
    }
    connection.close();
  }
}

/** Asks on a new connection each time, until one is refused. */
async function probeNew(trial: TrialContext, client: number): Promise<void> {
  while (!trial.enough.aborted) {
    const connection = new Connection({ ...trial, client });
    const isOpen = await connection.opened;
    await probe(trial, connection, { close: true }).ended;
    connection.close();
    if (!isOpen) return;
    await pause(trial, trial.random.between(15, 45));
  }
}

export const health: Mode = {
  name: 'health',
  title: 'probes of readiness, old and new connections',
  policy:
    'One upload holds the drain open for half a second. Probes on established connections get 200 before the signal and 503 from the moment the server knows of it (a 200 to a probe that was sent after any client had read a 503 or been refused is a failure), or find their connection ended before they write. New connections are refused, or answered 503.',
  beforeSignalMs: [120, 220],
  lacks: ({ ready }) =>
    ready === null ? '--ready, the request that asks whether the server is ready' : null,
  drive: (trial) =>
    everyClient(trial, (client) => {
      if (client === 0) return holdOpen(trial, client);
      return client % 3 === 0 ? probeNew(trial, client) : probeOld(trial, client);
    }),
};
