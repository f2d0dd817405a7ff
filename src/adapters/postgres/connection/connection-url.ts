import { isIPv6 } from 'node:net';
import { userInfo } from 'node:os';
import type { ClientConfig } from 'pg';
import pgpass from 'pgpass';
import { ConnectionSettings } from './connection-settings';
import { connectionTls } from './connection-tls';
import { ENCODE, InvalidConnectionUrl, takeApart } from './connection-url-syntax';

export { EXAMPLE_URL, InvalidConnectionUrl } from './connection-url-syntax';

/** One way to a server. */
export interface DatabaseHost {
  /** A name, an address, or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** False: without TLS here, whatever `client.ssl` says. A Unix socket has none, and `sslmode=prefer` tries both. */
  readonly ssl?: false;
}

/** Which servers will do; libpq's `target_session_attrs`, without those that only read. */
export type SessionAttrs = 'any' | 'read-write' | 'primary';

/** Where sessions go, and as whom; from a DATABASE_URL. */
export interface ConnectionTarget {
  /** To be tried in this order; at least one. */
  readonly hosts: readonly DatabaseHost[];
  readonly sessionAttrs: SessionAttrs;
  /**
   * What pg's Client takes besides host and port. All of it is set, so that pg heeds none of the PG* variables by
   * itself, but for PGOPTIONS and PGREPLICATION, which the session leaves out. The password is a function, which no log
   * prints.
   */
  readonly client: ClientConfig;
}

/** As pg has it; libpq's own is a Unix socket, in a folder that depends on how it was built. */
const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = '5432';

/** Parameters that lead elsewhere, or in a less safe way, when they are passed over. */
const CANNOT_BE_PASSED_OVER = ['service', 'servicefile', 'passfile', 'require_auth', 'requirepeer'];
const ABOUT_TLS = /ssl|tls|cert/i;
const KNOWN_ABOUT_TLS = [
  ...['ssl', 'sslmode', 'sslnegotiation', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl', 'sslpassword'],
  ...['ssl_min_protocol_version', 'ssl_max_protocol_version'],
  // These say nothing that would be different here.
  ...['uselibpqcompat', 'sslcompression', 'sslcertmode', 'sslsni'],
];

/**
 * Reads a connection URL in the forms of libpq and of pg. `environment` fills in what it leaves out, as libpq does it with
 * its PG* variables: `{}` for a URL that is complete. Reads the certificates that are named.
 *
 * What is libpq's and has no counterpart here (`connect_timeout`, `keepalives`, ...) and what is another program's
 * (`pgbouncer`, `connection_limit`, ...) is passed over.
 *
 * @throws {InvalidConnectionUrl} with every fault, and what to do; nothing of what may be secret is repeated.
 */
export function parseConnectionUrl(url: string, environment: NodeJS.ProcessEnv): ConnectionTarget {
  const settings = new ConnectionSettings(Object.fromEntries(takeApart(url)), environment);
  for (const name of CANNOT_BE_PASSED_OVER) {
    if (settings.given[name]) settings.fault(name, 'is not known here');
  }
  if (Object.keys(settings.given).some((name) => ABOUT_TLS.test(name) && !KNOWN_ABOUT_TLS.includes(name))) {
    settings.faults.push(`a parameter about TLS is none of ${KNOWN_ABOUT_TLS.join(', ')}`);
  }
  if (!['host', 'user', 'dbname'].some((name) => settings.value(name))) {
    settings.faults.push('it names neither a host, a user nor a database');
  }
  const servers = hostsAndPorts(settings);
  const sessionAttrs = targetSessionAttrs(settings) ?? (servers.length > 1 ? 'read-write' : 'any');
  const { ssl, sslnegotiation, attempts } = connectionTls(settings);
  const client = { ...clientConfig(settings, environment), ssl, sslnegotiation };
  if (settings.faults.length > 0) throw new InvalidConnectionUrl([...new Set(settings.faults)].join('; '));
  if (ssl === false) return { hosts: servers, sessionAttrs, client };
  return { hosts: servers.flatMap((server) => waysTo(server, attempts)), sessionAttrs, client };
}

function waysTo(server: DatabaseHost, attempts: readonly ('tls' | 'plain')[]): DatabaseHost[] {
  const plain = { ...server, ssl: false as const };
  // A Unix socket does not leave the machine, and Postgres has no TLS on it.
  if (server.host.startsWith('/')) return [plain];
  return attempts.map((attempt) => (attempt === 'tls' ? server : plain));
}

function hostsAndPorts(settings: ConnectionSettings): DatabaseHost[] {
  const hosts = (settings.value('host') ?? settings.value('hostaddr') ?? DEFAULT_HOST).split(',');
  const ports = (settings.value('port') ?? DEFAULT_PORT).split(',').map((port) => port || DEFAULT_PORT);
  if (ports.length !== 1 && ports.length !== hosts.length) {
    settings.fault('port', 'give one for all hosts, or one for each');
  }
  if (!ports.every((port) => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    settings.fault('port', `must be a whole number from 1 to 65535; ${ENCODE}`);
  }
  const servers = hosts.map((text, index) => {
    const host = text.replace(/^\[(.*)\]$/, '$1');
    // A number alone is a port without its host, as in `a:5432,5433`.
    const isName = /^(?!\d{1,5}$)[\p{L}\p{N}._-]+$/u.test(text);
    if (!isName && !isIPv6(host) && !host.startsWith('/')) {
      settings.fault('host', `must be a name, an address, or the absolute path of a folder; ${ENCODE}`);
    }
    return { host, port: Number(ports[ports.length === 1 ? 0 : index]) };
  });
  return settings.oneOf('load_balance_hosts', ['disable', 'random']) === 'random'
    ? shuffled(servers)
    : servers;
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Of several servers, the one that can write, where nothing is said: a standby is of no use to this service. */
function targetSessionAttrs(settings: ConnectionSettings): SessionAttrs | undefined {
  const value = settings.value('target_session_attrs');
  if (value !== undefined && ['read-only', 'standby', 'prefer-standby'].includes(value)) {
    settings.fault('target_session_attrs', 'this service writes: set it to read-write, primary or any');
    return undefined;
  }
  return settings.oneOf('target_session_attrs', ['any', 'read-write', 'primary']);
}

function clientConfig(settings: ConnectionSettings, environment: NodeJS.ProcessEnv): ClientConfig {
  const user = settings.value('user') ?? accountName(environment);
  if (user === undefined) settings.faults.push('it names no user');
  const options = settings.value('options');
  const times = ['lock_timeout', 'idle_in_transaction_session_timeout'].flatMap((name) => {
    const time = settings.milliseconds(name);
    return time === undefined ? [] : [[name, time]];
  });
  const binding = settings.oneOf('channel_binding', ['disable', 'prefer', 'require']);
  return {
    user,
    password: passwordOf(settings),
    database: settings.value('dbname') ?? user,
    application_name: settings.value('application_name') ?? 'lastcall',
    client_encoding: 'utf8',
    enableChannelBinding: binding === 'prefer' || binding === 'require',
    ...(options !== undefined && { options }),
    ...Object.fromEntries(times),
  };
}

/** Undefined in a container whose user has no entry in /etc/passwd. */
function accountName({ USER, USERNAME }: NodeJS.ProcessEnv): string | undefined {
  try {
    return USER || USERNAME || userInfo().username;
  } catch {
    return undefined;
  }
}

/** What pg asks for when the server wants a password. Where there is none, the password file (`~/.pgpass`) has it. */
function passwordOf(settings: ConnectionSettings): () => string | Promise<string> {
  const password = settings.value('password');
  if (password !== undefined) return () => password;
  const lookUp = (connection: pgpass.Connection) =>
    new Promise<string>((resolve, reject) => {
      pgpass(connection, (found) => (found === undefined ? reject(new PasswordMissing()) : resolve(found)));
    });
  // pg passes the connection's parameters, and does not declare it.
  return lookUp as () => Promise<string>;
}

/** With the code of a wrong password (invalid_password), since asking again does not help either. */
class PasswordMissing extends Error {
  readonly code = '28P01';

  constructor() {
    super(
      'the database wants a password, and neither DATABASE_URL, PGPASSWORD nor the password file has one',
    );
  }
}
