import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Command, Reply } from './load-process';
import type { LoadResult } from './load-result';

/**
 * Posts jobs over kept-alive connections, each with one request outstanding, from one process for the whole benchmark,
 * so that it is warm. Raw sockets, because it shares the processors with what it measures: a request costs it about 30
 * µs, where autocannon needs about 50 and undici 80. Quantiles are not rounded to milliseconds.
 */
export class LoadGenerator {
  readonly #child: ChildProcess;

  readonly #died: Promise<never>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#died = once(child, 'exit').then(() => {
      throw new Error('the load generator died');
    });
    this.#died.catch(() => {});
  }

  static start(): LoadGenerator {
    return new LoadGenerator(
      fork(path.join(__dirname, 'load-process.ts'), { execArgv: ['--import', 'tsx'] }),
    );
  }

  /** Opens connections, on each of which `GET /health` is answered once. */
  async open(port: number, connections: number): Promise<void> {
    await this.#tell({ kind: 'open', port, connections });
  }

  /** Posts over the open connections. */
  async run(seconds: number): Promise<LoadResult> {
    return (await this.#tell({ kind: 'run', seconds })) as LoadResult;
  }

  /** Posts once over every open connection. Resolves when all are answered, with how many of the answers were 201. */
  async post(): Promise<number> {
    return (await this.#tell({ kind: 'post' })) as number;
  }

  async close(): Promise<void> {
    await this.#tell({ kind: 'close' });
  }

  /** Ends the process. Its connections go with it. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#died.catch(() => {});
  }

  async #tell(command: Command): Promise<LoadResult | number | null> {
    const replied = once(this.#child, 'message');
    this.#child.send(command);
    const [reply] = (await Promise.race([replied, this.#died])) as [Reply];
    if ('error' in reply) throw new Error(reply.error);
    return reply.result;
  }
}
