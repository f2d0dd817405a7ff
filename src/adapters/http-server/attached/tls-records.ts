import type { Socket } from 'node:net';
import { encryptedBytesRead } from '../listener/node-internals';

/**
 * Tells of a part of a TLS record that has arrived: OpenSSL keeps it, and gives nothing until the record is whole, so that neither
 * the parser nor `bytesRead` knows. What does is the socket below, whose count goes on while that of the plain text stands still.
 */
export class TlsRecords {
  readonly #settled = new WeakMap<
    Socket,
    { readonly encrypted: number | undefined; readonly plain: number }
  >();

  /** At this moment nothing of a request is on its way: the handshake is over, or an answer. */
  settle(socket: Socket): void {
    this.#settled.set(socket, { encrypted: encryptedBytesRead(socket), plain: socket.bytesRead });
  }

  isHalf(socket: Socket): boolean {
    const settled = this.#settled.get(socket);
    return settled?.plain === socket.bytesRead && settled.encrypted !== encryptedBytesRead(socket);
  }
}
