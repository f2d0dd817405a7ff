/** What a connection URL does not say itself, a variable of the environment may say (Postgres documentation, 32.15). */
const VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  options: 'PGOPTIONS',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  channel_binding: 'PGCHANNELBINDING',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslcrl: 'PGSSLCRL',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
};

/** The settings of a connection by libpq's names: what the URL gives, then what the environment does; and their faults. */
export class ConnectionSettings {
  /** What the URL itself gives. Empty values count as not given, like empty variables. */
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly faults: string[] = [];
  readonly #environment: NodeJS.ProcessEnv;

  constructor(given: Readonly<Record<string, string | undefined>>, environment: NodeJS.ProcessEnv) {
    this.given = given;
    this.#environment = environment;
  }

  value(name: string): string | undefined {
    return this.given[name] || this.#environment[VARIABLES[name] ?? ''] || undefined;
  }

  /** The value where it is one of `choices`; else undefined, and, where there is a value, a fault. */
  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.value(name);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    this.fault(name, `must be one of ${choices.join(', ')}`);
    return undefined;
  }

  /** A whole number of milliseconds, as in Postgres' own settings. */
  milliseconds(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,9}$/.test(value)) this.fault(name, 'must be a whole number of milliseconds');
    return Number(value);
  }

  /** Notes a fault of the setting, under the name of the variable where it comes from there. */
  fault(name: string, what: string): void {
    const variable = this.given[name] ? undefined : this.#environment[VARIABLES[name] ?? ''];
    this.faults.push(`${variable ? VARIABLES[name] : name}: ${what}`);
  }
}
