import { Connection } from '../client/connection';
import { begin, everyClient, type Mode, pause, send, type TrialContext } from './mode';

/** Sends half a head before the signal. Even clients send the rest shortly after it, odd ones never do. */
async function halfHead(trial: TrialContext, client: number): Promise<void> {
  await pause(trial, trial.random.between(0, 100));
  const connection = new Connection({ ...trial, client });
  await connection.opened;
  if (client % 4 >= 2 && connection.isUsable) {
    await send(trial, connection).ended;
  }
  const { exchange, bytes } = begin(trial, connection);
  const { head, body } = bytes;
  exchange.seen.withheld = client % 2 === 1;
  const half = Math.floor(trial.random.between(4, head.length - 4));
  // The answer to the first request may have said `Connection: close`: a client that heeds it writes no more.
  if (connection.isUsable) connection.write(exchange, head.subarray(0, half), false);
  else connection.close();
  await trial.signalled;
  if (!exchange.seen.withheld) {
    await pause(trial, trial.random.between(0, 150));
    connection.write(exchange, Buffer.concat([head.subarray(half), body]));
  }
  await exchange.ended;
  connection.close();
}

export const halfHeads: Mode = {
  name: 'half-heads',
  title: 'half a head before the signal',
  policy:
    'Half of the clients complete their head within 150 ms of the signal: those must be answered. The others never do: a 408 and a closed connection are both right for them ("withheld"), but a row is not, and they must not hold the exit beyond the grace period.',
  beforeSignalMs: [150, 250],
  drive: (trial) => everyClient(trial, (client) => halfHead(trial, client)),
};
