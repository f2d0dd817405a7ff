import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Connection } from '../../../src/adapters/http-server/draining/connection';
import { plainRefusal, Refusals } from '../../../src/adapters/http-server/draining/refusals';

/** The last words to an idle connection: a bare FIN, or `408 Request Timeout` with `Connection: close` before it. */
export type Farewell = 'fin' | '408';

/** What the server knows of its requests, by their `X-Id`. */
export interface HastyServer {
  readonly port: number;
  readonly ran: ReadonlySet<string>;
  readonly farewells: number;
  close(): void;
}

/** A server that says farewell to each connection a few milliseconds after its last answer, as a drain does at its end. */
export async function hastyServer(farewell: Farewell, maxPatienceMs: number): Promise<HastyServer> {
  const ran = new Set<string>();
  const refusals = new Refusals(plainRefusal);
  const bytes = farewell === '408' ? refusals.bytes('timed-out') : '';
  const connections = new Map<Socket, Connection>();
  let farewells = 0;

  const server = createServer((request: IncomingMessage, response) => {
    const connection = connections.get(request.socket);
    if (!connection?.takesRequests) return;
    connection.responses.push(response);
    response.on('close', connection.onResponseClose);
    ran.add(String(request.headers['x-id']));
    response.end('ok');
  });
  server.on('connection', (socket: Socket) => {
    const onOver = () => {
      setTimeout(() => {
        if (connection.isClosing || connection.responses.length > 0) return;
        farewells += 1;
        connection.lingeringClose(bytes);
      }, Math.random() * maxPatienceMs);
    };
    const connection = new Connection(socket, {
      refusals,
      peerFinTimeoutMs: 500,
      silentClientTimeoutMs: 500,
      discardTimeoutMs: 5_000,
      onOver,
    });
    connection.takeOver();
    connections.set(socket, connection);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    ran,
    get farewells() {
      return farewells;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
