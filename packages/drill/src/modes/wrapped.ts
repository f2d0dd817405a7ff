import type { Connection } from '../client/connection';
import { PooledClient } from '../client/pooled-client';
import { inPieces } from '../requests/request-bytes';
import { begin, connectionOf, everyClient, inTime, type Mode, send, type TrialContext } from './mode';

const PIECES = 5;
const BODY_BYTES = 512;

/** Asks until the signal comes: what is in flight then is answered by the drain. */
async function askUntilSignal(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  while (!trial.hasSignalled() && !trial.enough.aborted) {
    const connection = await connectionOf(trial, pooled);
    if (connection === null) break;
    await send(trial, connection).ended;
  }
  pooled.close();
}

/** Two requests before the signal, one whole and one in pieces, and on the same connection a third that the signal falls into. */
async function askAcrossSignal(trial: TrialContext, client: number): Promise<void> {
  const pooled = new PooledClient({ ...trial, client });
  const before = await connectionOf(trial, pooled);
  if (before === null) return;
  await send(trial, before).ended;
  if (before.isUsable) await inSlowPieces(trial, before, () => trial.random.between(1, 8));
  const connection = await connectionOf(trial, pooled);
  if (connection !== null)
    await inSlowPieces(trial, connection, () => trial.random.between(0, 30), trial.signalled);
  pooled.close();
}

async function inSlowPieces(
  trial: TrialContext,
  connection: Connection,
  pauseMs: () => number,
  restAfter: Promise<void> = Promise.resolve(),
): Promise<void> {
  const { exchange, bytes } = begin(trial, connection, { bodyBytes: BODY_BYTES });
  const [first = Buffer.alloc(0), ...rest] = inPieces(bytes, PIECES);
  connection.write(exchange, first, rest.length === 0);
  await Promise.race([restAfter, exchange.ended]);
  await inTime(trial, connection, exchange, rest, pauseMs);
  await exchange.ended;
}

export const wrapped: Mode = {
  name: 'wrapped',
  title: 'wrapped answers: sessions, cookies, compression',
  policy:
    'What the signal finds in flight is answered as it would have been before it: with its effect, and with every header field that all right answers to the same request had before the signal. A drain that ends answers past what the application has wrapped around them (a session to be saved, a cookie, compression) skips that work.',
  answersAll: true,
  keepsHabits: true,
  beforeSignalMs: [100, 250],
  waitsForAnswers: true,
  drive: (trial) =>
    everyClient(trial, (client) =>
      client % 2 === 0 ? askAcrossSignal(trial, client) : askUntilSignal(trial, client),
    ),
};
