import type net from 'node:net';
import { Duplex } from 'node:stream';

export interface Tap {
  /** The kernel has taken these bytes, which were handed to it at the time that `handing` returned. */
  taken(bytes: Buffer, at: number): void;
  handing(): number;
  read(bytes: Buffer): void;
}

/**
 * A connected socket, for a library that hides what becomes of its bytes: it tells of each byte that was read, and of each that
 * the kernel has taken.
 */
export class TappedSocket extends Duplex {
  readonly #socket: net.Socket;
  readonly #tap: Tap;

  constructor(socket: net.Socket, tap: Tap) {
    super();
    this.#socket = socket;
    this.#tap = tap;
    socket.on('data', (bytes: Buffer) => {
      tap.read(bytes);
      if (!this.push(bytes)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const at = this.#tap.handing();
    this.#socket.write(bytes, (error) => {
      if (error === null || error === undefined) this.#tap.taken(bytes, at);
      done(error);
    });
  }

  /** What is written together is sent together. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
