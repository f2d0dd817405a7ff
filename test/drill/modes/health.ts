import { Connection } from '../client/connection';
import { healthRequest, wholeRequest, workRequest } from '../client/request-bytes';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

const UPLOAD_PIECES = 12;

/** Keeps the drain open: one upload that ends about half a second after the signal. */
async function holdOpen(trial: TrialContext, client: number): Promise<void> {
  const connection = new Connection({ ...trial, client });
  await connection.opened;
  const exchange = connection.begin('work');
  const { head, body } = workRequest(exchange.seen.name, { bodyBytes: UPLOAD_PIECES * 40 });
  connection.write(exchange, head, false);
  await trial.signalled;
  for (let piece = 0; piece < UPLOAD_PIECES && !exchange.isOver; piece += 1) {
    await pause(trial, 40);
    connection.write(exchange, body.subarray(piece * 40, (piece + 1) * 40), piece === UPLOAD_PIECES - 1);
  }
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
      const exchange = connection.begin('health');
      connection.write(exchange, wholeRequest(healthRequest()));
      await exchange.ended;
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
    const exchange = connection.begin('health');
    connection.write(exchange, wholeRequest(healthRequest({ close: true })));
    await exchange.ended;
    connection.close();
    if (!isOpen) return;
    await pause(trial, trial.random.between(15, 45));
  }
}

export const health: Mode = {
  name: 'health',
  title: 'probes of /health, old and new connections',
  policy:
    'One upload holds the drain open for half a second. Probes on established connections get 200 before the signal and 503 from the moment the server knows of it (a 200 to a probe that was sent after any client had read a 503 or been refused is a failure), or find their connection ended before they write. New connections are refused, or answered 503.',
  beforeSignalMs: [120, 220],
  drive: (trial) =>
    everyClient(trial, (client) => {
      if (client === 0) return holdOpen(trial, client);
      return client % 3 === 0 ? probeNew(trial, client) : probeOld(trial, client);
    }),
};
