import { setTimeout as sleep } from 'node:timers/promises';
import { PooledClient } from '../client/pooled-client';
import { connectionOf, everyClient, type Mode, pause, send, type TrialContext } from './mode';

const STOPPED_MS = 60;

/** Even clients keep a connection that the server knows; odd ones connect while the server cannot run. */
async function queueUp(trial: TrialContext, client: number): Promise<void> {
  if (client % 2 === 1) await pause(trial, trial.random.between(100, 140));
  const pooled = new PooledClient({ ...trial, client });
  for (let request = 0; request < 8 && !trial.enough.aborted; request += 1) {
    const connection = await connectionOf(trial, pooled);
    if (connection === null) break;
    await send(trial, connection).ended;
    await pause(trial, trial.random.between(2, 20));
  }
  pooled.close();
}

export const blocked: Mode = {
  name: 'blocked',
  title: 'queued behind a blocked event loop',
  policy:
    'The server is stopped (SIGSTOP) for 60 ms, in which half of the clients connect and all send; the signal comes at the end of it, before it runs on (SIGCONT). Everything that was written by then must be answered.',
  answersAll: true,
  lacks: ({ canFreeze }) => (canFreeze ? null : 'a server that the drill has started itself'),
  beforeSignalMs: [80, 90],
  drive: (trial) => everyClient(trial, (client) => queueUp(trial, client)),
  async deliver(target) {
    target.freeze();
    await sleep(STOPPED_MS);
    await target.stop();
    target.thaw();
  },
};
