import { readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  type SecureVersion,
} from 'node:tls';
import type { ConnectionSettings } from './connection-settings';

/** The modes of libpq (Postgres documentation, 32.19 "SSL Support"), and pg's own `no-verify`. */
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

type Mode = (typeof MODES)[number];

/** Other ways to say it: pg's and JDBC's `ssl`. */
const OTHER_NAMES = new Map<string, Mode>([
  ['true', 'verify-full'],
  ['1', 'verify-full'],
  ['false', 'disable'],
  ['0', 'disable'],
]);

/** Which of the two ways a session tries, in this order. */
type Attempt = 'tls' | 'plain';

const ATTEMPTS: Partial<Record<Mode, readonly Attempt[]>> = {
  disable: ['plain'],
  allow: ['plain', 'tls'],
  prefer: ['tls', 'plain'],
};

export interface ConnectionTls {
  readonly ssl: false | ConnectionOptions;
  readonly sslnegotiation: 'postgres' | 'direct';
  /** `prefer` and `allow` have two. */
  readonly attempts: readonly Attempt[];
}

/**
 * What the settings say of TLS, as libpq means it and not as pg 8 does, which takes `prefer`, `require` and `verify-ca`
 * for `verify-full` and warns that it will not for long. Reads the files that they name.
 */
export function connectionTls(settings: ConnectionSettings): ConnectionTls {
  const mode = sslMode(settings);
  const negotiation = settings.oneOf('sslnegotiation', ['postgres', 'direct']) ?? 'postgres';
  const attempts = ATTEMPTS[mode] ?? ['tls'];
  if (negotiation === 'direct' && attempts.includes('plain')) {
    settings.fault('sslnegotiation', `direct needs TLS: set sslmode to require, verify-ca or verify-full`);
  }
  const ssl = mode === 'disable' ? false : checked(settings, options(settings, mode));
  return { ssl, sslnegotiation: negotiation, attempts };
}

function sslMode(settings: ConnectionSettings): Mode {
  const { ssl, sslmode } = settings.given;
  if (!sslmode && ssl) {
    return (
      OTHER_NAMES.get(ssl) ?? (settings.oneOf('ssl', [...MODES, ...OTHER_NAMES.keys()]) as Mode) ?? 'disable'
    );
  }
  const mode = settings.oneOf('sslmode', MODES);
  if (mode !== undefined) return mode;
  const { sslrootcert, sslcert, sslkey, sslnegotiation } = settings.given;
  return sslrootcert || sslcert || sslkey || sslnegotiation === 'direct' ? 'verify-full' : 'disable';
}

function options(settings: ConnectionSettings, mode: Mode): ConnectionOptions {
  const cert = file(settings, 'sslcert');
  const key = file(settings, 'sslkey');
  const crl = file(settings, 'sslcrl');
  const passphrase = settings.value('sslpassword');
  const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
  const minVersion = settings.oneOf('ssl_min_protocol_version', versions);
  const maxVersion = settings.oneOf('ssl_max_protocol_version', versions);
  return {
    ...verification(settings, mode),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(crl && { crl }),
    ...(passphrase && { passphrase }),
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
  };
}

/** Without a CA of one's own only `verify-ca` and `verify-full` verify; with one, every mode does, as in libpq. */
function verification(settings: ConnectionSettings, mode: Mode): ConnectionOptions {
  if (mode === 'no-verify') return { rejectUnauthorized: false };
  // libpq's word for the public CAs, which vouch for anybody's host: so it takes verify-full alone beside it.
  if (settings.value('sslrootcert') === 'system') return { checkServerIdentity: checkName };
  const ca = file(settings, 'sslrootcert');
  if (ca !== undefined && !ca.includes('-----BEGIN ')) {
    settings.fault('sslrootcert', 'its file holds no certificate in PEM form');
  }
  if (mode === 'verify-full') return { ...(ca && { ca }), checkServerIdentity: checkName };
  if (ca !== undefined) return { ca, checkServerIdentity: () => undefined };
  return mode === 'verify-ca' ? { checkServerIdentity: checkName } : { rejectUnauthorized: false };
}

/** Node's own check; its error has all of the certificate in it, for the log to print, and not the names to read. */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  const error: NodeJS.ErrnoException | undefined = checkServerIdentity(host, certificate);
  const names = certificate.subjectaltname ?? certificate.subject?.CN;
  return (
    error &&
    Object.assign(new Error(`its certificate is for ${names}, not for ${host}`), { code: error.code })
  );
}

function file(settings: ConnectionSettings, name: string): string | undefined {
  const path = settings.value(name);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    settings.fault(name, `"${path}" cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

/** A key that does not belong to its certificate, and the like, would else be found with the first connection. */
function checked(settings: ConnectionSettings, ssl: ConnectionOptions): ConnectionOptions {
  if (settings.faults.length > 0) return ssl;
  try {
    createSecureContext(ssl);
  } catch (error) {
    settings.fault('sslcert, sslkey or sslrootcert', `cannot be used (${(error as Error).message})`);
  }
  return ssl;
}
