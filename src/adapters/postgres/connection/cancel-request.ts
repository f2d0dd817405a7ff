import { isIP, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type ClientBase, Connection } from 'pg';
import type { Session } from './session';

/** What pg keeps of a session, and does not declare. */
interface SessionInternals {
  readonly host: string;
  readonly port: number;
  readonly ssl: object | boolean;
  readonly sslNegotiation: string;
  /** From the server's BackendKeyData message. */
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: Socket | TLSSocket };
}

/** The part of pg's protocol connection that it does not declare. */
interface Wire extends NodeJS.EventEmitter {
  connect(port: number, host: string): void;
  connect(path: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/** A server that has not taken the request by then will not. */
const PATIENCE_MS = 5_000;

/** How long to wait for a cancelled statement to end before asking again. */
const ASK_AGAIN_AFTER_MS = 50;

/**
 * Once `signal` aborts, has the server cancel what `client` is running, until the returned function is called. Asked
 * only once, the server may not have begun with the statement, and a cancel request to an idle session does nothing.
 */
export function cancelUntilOver(client: ClientBase, signal: AbortSignal): () => void {
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

/** In milliseconds from now; `onCut` is called where a server was silent to the end. */
export interface TimeLimit {
  readonly cancelAfterMs: number;
  readonly cutAfterMs: number;
  readonly onCut?: () => void;
}

/**
 * Ends what `session` is running when its time is over: cancels it, and cuts a server that does not even answer to that.
 * The returned function lifts the limit, and says whether it had struck.
 */
export function limitTime(session: Session, limits: TimeLimit): () => boolean {
  let over: (() => void) | undefined;
  const cut = () => {
    session.socket.destroy();
    limits.onCut?.();
  };
  let timer = setTimeout(() => {
    over = cancelUntilOver(session, AbortSignal.abort());
    timer = setTimeout(cut, limits.cutAfterMs - limits.cancelAfterMs);
  }, limits.cancelAfterMs);
  return () => {
    clearTimeout(timer);
    over?.();
    return over !== undefined;
  };
}

/**
 * Asks the server to cancel what `client` is running, over a connection of its own (Postgres documentation,
 * 54.2.8 "Canceling Requests in Progress"). Best effort: whether it worked shows in how the statement ends. pg's own
 * `cancel` needs the deprecated `activeQuery`, looks the host's name up again, and knows no TLS.
 *
 * It goes the way that the session went, as libpq 17 does it: to the address that the name had then, and through TLS
 * where the session did, since a door may take nothing else.
 *
 * The request can arrive after the statement has ended, so the client must not serve anyone else afterwards.
 */
function sendCancelRequest(client: ClientBase): void {
  const { host, port, ssl, sslNegotiation, processID, secretKey, connection } =
    client as unknown as SessionInternals;
  const { remoteAddress, remotePort } = connection.stream;
  const isPath = host.startsWith('/');
  // It has closed: what it ran is in doubt, or over.
  if (!isPath && (remoteAddress === undefined || remotePort === undefined)) return;
  const socket = new Socket();
  // The server closes it, and libpq waits for that too: PgBouncer 1.18 aborts when the client is the first to go.
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  const encrypted = 'encrypted' in connection.stream;
  // The certificate is for the name, not for the address that we go to.
  const identity = { host, ...(isIP(host) === 0 && { servername: host }) };
  const tls = encrypted && { ...identity, ...(typeof ssl === 'object' && ssl) };
  const wire = new Connection({ stream: socket, ssl: tls, sslNegotiation } as object) as unknown as Wire;
  const send = () => wire.cancel(processID, secretKey);
  wire.on('connect', () => {
    if (!encrypted) send();
    else if (sslNegotiation !== 'direct') wire.requestSsl();
  });
  wire.on('sslconnect', send);
  wire.on('error', () => socket.destroy());
  if (isPath) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(remotePort as number, remoteAddress as string);
}
