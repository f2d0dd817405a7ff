import { MessageConnection } from '../client/message-connection';
import type { MessageTemplate } from '../requests/message-template';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

/** Sends message after message, on a new WebSocket whenever the last was closed, until none can be had. */
async function talk(trial: TrialContext, client: number, messages: MessageTemplate): Promise<void> {
  await pause(trial, trial.random.between(0, 50));
  while (!trial.enough.aborted) {
    const connection = await MessageConnection.open({ ...trial, client, messages });
    if (connection === null) return;
    while (connection.isUsable && !trial.enough.aborted) {
      await connection.say();
      if (!messages.hasAck) await pause(trial, trial.random.between(5, 50));
    }
    if (trial.enough.aborted) connection.close();
    else await connection.closed;
  }
}

export const webSocket: Mode = {
  name: 'websocket',
  title: 'messages over WebSockets',
  policy:
    'Every message that was written is acknowledged, or where nobody acknowledges carried out. A client that has read a close frame, or the goodbye on which client and server have agreed, writes no more. A handshake is answered, or the connection refused.',
  lacks: ({ messages }) => (messages === null ? '--websocket, the path, and --message, what is sent' : null),
  beforeSignalMs: [150, 350],
  async drive(trial) {
    const { messages } = trial;
    if (messages !== null) await everyClient(trial, (client) => talk(trial, client, messages));
  },
};
