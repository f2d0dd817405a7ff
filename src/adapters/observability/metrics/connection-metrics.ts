import { gauge, labelled, type MetricFamily, single } from './metric-family';

/** Connections on both sides of the service: clients, and the database. Read at each scrape, so they cost nothing. */
export class ConnectionMetrics {
  #readClients = () => ({ active: 0, idle: 0 });
  #readPool = () => ({ total: 0, idle: 0, waiting: 0 });

  watchClients(read: () => { active: number; idle: number }): void {
    this.#readClients = read;
  }

  watchPool(read: () => { total: number; idle: number; waiting: number }): void {
    this.#readPool = read;
  }

  families(): readonly MetricFamily[] {
    return [
      gauge('lastcall_http_connections', 'Client connections; active: with a request at a handler.', () => {
        const { active, idle } = this.#readClients();
        return labelled('state', { active, idle });
      }),
      gauge('lastcall_database_connections', 'Connections of the database pool.', () => {
        const { total, idle } = this.#readPool();
        return labelled('state', { used: total - idle, idle });
      }),
      gauge('lastcall_database_waiting', 'Statements that wait for a connection of the pool.', () =>
        single(this.#readPool().waiting),
      ),
    ];
  }
}
