import { connect } from 'node:net';
import type { PoolClient } from 'pg';

/** What pg keeps of the server's BackendKeyData message, and does not declare. */
interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
}

/** From the frontend/backend protocol: CancelRequest, 80877102 = 1234 << 16 | 5678. */
const CANCEL_REQUEST_CODE = 80_877_102;

/** A server that has not taken the request by then will not. */
const PATIENCE_MS = 5_000;

/** How long to wait for a cancelled statement to end before asking again. */
const ASK_AGAIN_AFTER_MS = 50;

/**
 * Once `signal` aborts, has the server cancel what `client` is running, until the returned function is called. Asked
 * only once, the server may not have begun with the statement, and a cancel request to an idle session does nothing.
 */
export function cancelUntilOver(client: PoolClient, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    sendCancelRequest(client);
    timer = setTimeout(cancel, ASK_AGAIN_AFTER_MS);
  };
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return () => {
    signal.removeEventListener('abort', cancel);
    clearTimeout(timer);
  };
}

/**
 * Asks the server to cancel what `client` is running, over a connection of its own (Postgres documentation,
 * 54.2.8 "Canceling Requests in Progress"). Best effort: whether it worked shows in how the statement ends. pg's own
 * `cancel` needs the deprecated `activeQuery`.
 *
 * The request can arrive after the statement has ended, so the client must not serve anyone else afterwards.
 */
function sendCancelRequest(client: PoolClient): void {
  const { processID, secretKey, host, port } = client as unknown as BackendKey;
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  socket.on('error', () => socket.destroy());
  // The server closes it, and libpq waits for that too: PgBouncer 1.18 aborts when the client is the first to go.
  socket.resume().setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.write(message);
}
