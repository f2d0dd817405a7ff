import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import type { DatabaseHost } from './connection-url';
import { isFull, ReadOnlyServer } from './errors';
import { nameOf, type Servers } from './servers';
import type { SessionSettings } from './session-settings';

/** What pg keeps of a session, and does not declare. */
interface Internals {
  readonly connection: NodeJS.EventEmitter;
}

/** What pg hands on of a ParameterStatus message (Postgres documentation, 54.2.7). */
interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** One session with the database: pg's client, which goes to the server that is first in turn. */
export interface Session extends Client {
  readonly server: DatabaseHost;
  /** The connection itself, below TLS where there is any. */
  readonly socket: Socket;
}

export type SessionClass = new (config?: ClientConfig) => Session;

/** The class of all sessions with `servers`; pg's pool makes them by itself, and hands its own options on. */
export function sessionClass(
  servers: Servers,
  settings: SessionSettings,
  onMade: (session: Session) => void,
): SessionClass {
  return class extends Client implements Session {
    readonly server: DatabaseHost;
    readonly socket: Socket;
    readonly #status = new Map<string, string>();
    readonly #options: string | undefined;

    constructor(config: ClientConfig = {}) {
      const server = servers.first;
      const socket = new Socket();
      super({
        ...config,
        // The pool has made it not enumerable.
        password: config.password,
        host: server.host,
        port: server.port,
        ...(server.ssl === false && { ssl: false }),
        stream: () => socket,
        // One that is silent must leave the others their time.
        connectionTimeoutMillis: Math.ceil((config.connectionTimeoutMillis ?? 0) / servers.count),
      });
      this.#options = config.options;
      this.server = server;
      this.socket = socket;
      const { connection } = this as unknown as Internals;
      connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
        this.#status.set(parameterName, parameterValue);
      });
      // A connection that is lost tells its statement, and then everybody, which would end the process.
      this.on('error', () => {});
      onMade(this);
    }

    /** Rejects with {@link ReadOnlyServer} where the server must take writes, and does not. */
    override connect(): Promise<Client>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<Client> | void {
      const connected = this.#connect();
      if (callback === undefined) return connected;
      connected.then(() => (callback as () => void)(), callback);
    }

    /**
     * Called by pg, which has no option for settings that it does not know, and would take `PGOPTIONS` and `PGREPLICATION`
     * of the environment where the URL says nothing.
     */
    getStartupConf(): Record<string, string> {
      const base = Client.prototype as unknown as { getStartupConf(): Record<string, string> };
      const { options: _, replication: __, ...startup } = base.getStartupConf.call(this);
      return { ...startup, ...(this.#options && { options: this.#options }), ...settings.current() };
    }

    async #connect(): Promise<Client> {
      try {
        await super.connect();
      } catch (error) {
        if (!isFull(error)) servers.pass(this.server);
        this.socket.destroy();
        throw error;
      }
      if (await this.#serves()) return this;
      servers.pass(this.server);
      void this.end();
      throw new ReadOnlyServer(nameOf(this.server));
    }

    /**
     * Whether it is what `target_session_attrs` asks for. Postgres 14 and later say it of themselves; an older one is asked,
     * and a pooler, which says less. By `default_transaction_read_only` alone a standby would pass for writable.
     */
    async #serves(): Promise<boolean> {
      if (servers.attrs === 'any') return true;
      const standby = this.#status.get('in_hot_standby');
      const readOnly = this.#status.get('default_transaction_read_only');
      if (servers.attrs === 'primary') return (standby ?? (await this.#ask('pg_is_in_recovery()'))) !== 'on';
      if (standby !== undefined && readOnly !== undefined) return standby === 'off' && readOnly === 'off';
      return (await this.#ask(`current_setting('transaction_read_only')::bool`)) === 'off';
    }

    async #ask(condition: string): Promise<'on' | 'off'> {
      const { rows } = await this.query(`select ${condition} as yes`);
      return rows[0]?.yes ? 'on' : 'off';
    }
  };
}
