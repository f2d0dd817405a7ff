import { Connection } from '../client/connection';
import { everyClient, type Mode, send, type TrialContext } from './mode';

async function newConnectionEachTime(trial: TrialContext, client: number): Promise<void> {
  while (!trial.enough.aborted) {
    const connection = new Connection({ ...trial, client });
    const isOpen = await connection.opened;
    await send(trial, connection, { close: true }).ended;
    connection.close();
    if (!isOpen) return;
  }
}

export const oneShot: Mode = {
  name: 'one-shot',
  title: 'one connection a request',
  policy:
    'A connection that the kernel established counts, even when the server never accepted it: its request must be answered. Only a handshake that fails is a refusal.',
  answersAll: true,
  beforeSignalMs: [1, 12],
  waitsForAnswers: true,
  drive: (trial) => everyClient(trial, (client) => newConnectionEachTime(trial, client)),
};
