import { Client } from 'pg';
import { until } from './until';

/** Looks at a service's database from outside, through connections of its own. */
export class Onlooker {
  readonly #client: Client;
  readonly #url: string;
  readonly #lockers = new Set<Client>();

  private constructor(url: string, client: Client) {
    this.#url = url;
    this.#client = client;
  }

  static async of(url: string): Promise<Onlooker> {
    return new Onlooker(url, await connected(url));
  }

  async jobs(): Promise<{ id: string; name: string }[]> {
    return (await this.#client.query<{ id: string; name: string }>('select id, name from jobs')).rows;
  }

  async names(): Promise<string[]> {
    return (await this.jobs()).map(({ name }) => name).sort();
  }

  async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.#client.query<Record<string, unknown>>(text, values)).rows;
  }

  /** Connections of the service to this database. */
  async sessions(): Promise<number> {
    return this.#count('true');
  }

  /** Waits until `count` of the service's statements wait for a lock. */
  async untilBlocked(count = 1): Promise<void> {
    await until(`${count} statements wait for a lock`, async () => {
      return (await this.#count(`wait_event_type = 'Lock'`)) >= count;
    });
  }

  /** Locks the table against writing and reading. Resolves with what lets go of it. */
  async lockJobs(): Promise<() => Promise<void>> {
    const locker = await connected(this.#url);
    this.#lockers.add(locker);
    await locker.query('begin');
    await locker.query('lock table jobs in access exclusive mode');
    return async () => {
      if (this.#lockers.delete(locker)) await locker.end();
    };
  }

  /** Ends the service's sessions that are in `state` (`idle`, `active`), as a restarted server does. */
  async terminate(state: 'idle' | 'active'): Promise<number> {
    const ended = await this.#client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'lastcall' and state = $1`,
      [state],
    );
    return ended.rowCount ?? 0;
  }

  /** Lets go of what a failed test has left locked. */
  async unlockAll(): Promise<void> {
    const lockers = [...this.#lockers];
    this.#lockers.clear();
    await Promise.all(lockers.map((locker) => locker.end()));
  }

  async end(): Promise<void> {
    await this.unlockAll();
    await this.#client.end();
  }

  async #count(condition: string): Promise<number> {
    const { rows } = await this.#client.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and application_name = 'lastcall' and ${condition}`,
    );
    return rows[0]?.count ?? 0;
  }
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'onlooker' });
  client.on('error', () => {});
  await client.connect();
  return client;
}
