import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Onlooker } from '../../support/onlooker';
import { until } from '../../support/until';
import { type Answer, post } from './post';

export interface LoadOptions {
  /** Where to send; asked before every request, so that a restarted service is found. Undefined: nowhere yet. */
  readonly port: () => number | undefined;
  readonly clients: number;
  /** Sends each job with a key, again and again until it is acknowledged. */
  readonly retry?: boolean;
  /** Of every job's name: two loads on one database need different ones. */
  readonly prefix?: string;
}

/** Clients with kept-alive connections that post without end, and remember every answer. */
export class Load {
  readonly answers: (Answer & { readonly sent: string })[] = [];
  /** Requests without a complete answer. */
  readonly failures: Error[] = [];
  readonly #options: LoadOptions;
  readonly #clients: Promise<void>[];
  #ended = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.clients }, (_, index) => this.#client(index));
  }

  get acknowledged(): (Answer & { readonly sent: string })[] {
    return this.answers.filter(({ status }) => status === 201);
  }

  /** Waits until `count` more requests have been answered with `status`. */
  async untilMore(status: number, count: number, timeoutMs = 20_000): Promise<void> {
    const answered = () => this.answers.filter((answer) => answer.status === status).length;
    const before = answered();
    await until(`${count} more answers ${status}`, () => answered() >= before + count, timeoutMs);
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#clients);
  }

  async #client(index: number): Promise<void> {
    const { prefix = 'a' } = this.#options;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = 0; !this.#ended; turn += 1)
      await this.#job(`${prefix} client ${index} job ${turn}`, agent);
    agent.destroy();
  }

  async #job(name: string, agent: Agent): Promise<void> {
    const { retry } = this.#options;
    const key = retry ? name.replaceAll(' ', '-') : undefined;
    for (let done = false; !done; ) {
      // So many clients on so few cores: without a pause the load would measure nothing but itself.
      await sleep(2);
      const port = this.#options.port();
      if (port !== undefined) done = await this.#send(port, name, key, agent);
      done ||= this.#ended || (!retry && port !== undefined);
    }
  }

  async #send(port: number, name: string, key: string | undefined, agent: Agent): Promise<boolean> {
    try {
      const answer = await post(port, name, { key, agent });
      this.answers.push({ ...answer, sent: name });
      return answer.status === 201;
    } catch (error) {
      this.failures.push(error as Error);
      return false;
    }
  }
}

/** What became of the acknowledged jobs, and of the keys. Every field is 0 unless something was lost or doubled. */
export async function losses(load: Load, onlooker: Onlooker): Promise<Record<string, number>> {
  const rows = await onlooker.jobs();
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const acknowledged = load.acknowledged;
  const [orphans] = await onlooker.query(
    'select count(*)::int as count from idempotency_keys where job_id not in (select id from jobs)',
  );
  return {
    'acknowledged without a row': acknowledged.filter(({ body, sent }) => names.get(body.id) !== sent).length,
    'names with two rows': rows.length - new Set(rows.map(({ name }) => name)).size,
    'keys without a row': Number(orphans?.count),
  };
}

export const NO_LOSSES = {
  'acknowledged without a row': 0,
  'names with two rows': 0,
  'keys without a row': 0,
};
