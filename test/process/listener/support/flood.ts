import { connect, type Socket } from 'node:net';

const REQUEST = 'POST /work HTTP/1.1\r\nHost: fixture\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';

/** What became of connections, each of which carries one request. */
export interface Fates {
  answered: number;
  /** ECONNREFUSED before the connection was made: no work was accepted. */
  refused: number;
  /** The SYN was never answered until the flood was called off. */
  unconnected: number;
  /** Reset while connecting: the kernel had completed the connection, but not one byte was written. */
  resetBeforeWrite: number;
  /** The request was written on an established connection, and no complete answer came back. */
  lost: number;
}

/** Clients that open a connection for each request, as fast as they get answers, until they are refused. */
export class Flood {
  readonly fates: Fates = { answered: 0, refused: 0, unconnected: 0, resetBeforeWrite: 0, lost: 0 };
  /** The pids of the servers that answered, with how often. */
  readonly answeredBy = new Map<string, number>();
  readonly #connecting = new Set<Socket>();
  #over = false;
  readonly #clients: Promise<void>[];
  readonly #watchers: { atLeast: number; resolve: () => void }[] = [];

  constructor(port: number, host: string, clients: number) {
    this.#clients = Array.from({ length: clients }, async () => {
      while (!this.#over) {
        const fate = await this.#request(port, host);
        this.fates[fate] += 1;
        if (fate === 'refused') return;
      }
    });
  }

  answers(atLeast: number): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.push({ atLeast, resolve });
    });
  }

  /** Starts no further request, and waits for the fate of those under way. */
  async finish(): Promise<Fates> {
    this.#over = true;
    await Promise.all(this.#clients);
    return this.fates;
  }

  /** Ends connection attempts that got no reply, and waits for every other one to meet its fate. */
  async stop(): Promise<Fates> {
    this.#over = true;
    for (const socket of this.#connecting) socket.destroy();
    return this.finish();
  }

  #request(port: number, host: string): Promise<keyof Fates> {
    return new Promise((resolve) => {
      const socket = connect({ port, host });
      let connected = false;
      let written = false;
      let answer = '';
      let failure: string | undefined;
      this.#connecting.add(socket);
      socket.setNoDelay(true);
      socket.on('connect', () => {
        connected = true;
        this.#connecting.delete(socket);
        socket.write(REQUEST, (error) => {
          written = !error;
        });
      });
      socket.setEncoding('latin1').on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        failure = error.code;
      });
      socket.on('close', () => {
        this.#connecting.delete(socket);
        const pid = /^HTTP\/1\.1 201 [\s\S]*made by (\d+)/.exec(answer)?.[1];
        if (pid !== undefined) {
          this.#answered(pid);
          resolve('answered');
        } else if (connected) resolve(written || failure === undefined ? 'lost' : 'resetBeforeWrite');
        else if (failure === undefined) resolve('unconnected');
        else resolve(failure === 'ECONNREFUSED' ? 'refused' : 'resetBeforeWrite');
      });
    });
  }

  #answered(pid: string): void {
    this.answeredBy.set(pid, (this.answeredBy.get(pid) ?? 0) + 1);
    for (const { atLeast, resolve } of this.#watchers) if (this.fates.answered + 1 >= atLeast) resolve();
  }
}
