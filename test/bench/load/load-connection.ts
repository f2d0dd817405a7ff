import { once } from 'node:events';
import net from 'node:net';
import { AnswerReader } from '../../../packages/drill/src/client/answer-reader';

const ANSWER_TIMEOUT_MS = 10_000;

interface Waiting {
  readonly answered: (status: number) => void;
  readonly failed: (error: Error) => void;
}

/** A kept-alive connection with one request outstanding at the most. */
export class LoadConnection {
  readonly #socket: net.Socket;
  readonly #answers = new AnswerReader();
  #waiting: Waiting | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      for (const { status } of this.#answers.read(bytes)) this.#settle()?.answered(status);
    });
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
      if (this.#waiting) socket.destroy(new Error('no answer'));
    });
    socket.on('error', (error) => this.#settle()?.failed(error));
    socket.on('close', () => this.#settle()?.failed(new Error('closed without an answer')));
  }

  /** @param number spreads connections over the addresses of loopback, of which one alone has too few ports */
  static async open(port: number, number: number): Promise<LoadConnection> {
    const localAddress = `127.0.0.${1 + (number % 8)}`;
    const socket = net.connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    await once(socket, 'connect');
    return new LoadConnection(socket);
  }

  /** Resolves with the status of the answer. Rejects when the connection ends first, or nothing comes for long. */
  exchange(request: Buffer): Promise<number> {
    if (this.#socket.destroyed) return Promise.reject(new Error('closed'));
    return new Promise((answered, failed) => {
      this.#waiting = { answered, failed };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
