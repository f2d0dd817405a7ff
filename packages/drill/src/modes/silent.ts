import { Connection } from '../client/connection';
import { everyClient, type Mode, pause, send, type TrialContext } from './mode';

/** Connects before the signal, says nothing, and speaks after it, unless the server has ended the connection by then. */
async function speakLate(trial: TrialContext, client: number): Promise<void> {
  // Half of them connect early and half in the last moments, where the accept queue may still hold them.
  if (client % 2 === 1) await pause(trial, trial.random.between(80, 160));
  const connection = new Connection({ ...trial, client });
  await connection.opened;
  await trial.signalled;
  await pause(trial, trial.random.between(0, 120));
  if (!connection.isUsable) connection.close();
  const exchange = send(trial, connection);
  await exchange.ended;
  connection.close();
}

export const silent: Mode = {
  name: 'silent',
  title: 'silent connections that speak after the signal',
  policy:
    'A client speaks 0 to 120 ms after the signal. One that has read the end of its connection by then, and therefore writes nothing, was refused. One that wrote must be answered.',
  beforeSignalMs: [120, 170],
  drive: (trial) => everyClient(trial, (client) => speakLate(trial, client)),
};
