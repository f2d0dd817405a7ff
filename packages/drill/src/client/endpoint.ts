import net from 'node:net';
import tls from 'node:tls';

/** How TLS is spoken. */
export interface TlsTrust {
  /** PEM; left out, any certificate will do: it is the drill's own server. */
  readonly ca?: Buffer;
  /** Whether the certificate may be for any name: of a server on loopback, which the drill has started itself. */
  readonly anyName?: boolean;
  /** For SNI and the certificate's check, where it is a name and not an address. */
  readonly serverName?: string;
}

/** Where the server listens. */
export interface Endpoint {
  /** An address or a name, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls?: TlsTrust;
}

/** `host:port`, as the field Host and URLs have it. */
export function authorityOf({ host, port }: Endpoint): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

interface TlsOptions {
  readonly rejectUnauthorized?: boolean;
  readonly ca?: Buffer;
  readonly servername?: string;
  readonly checkServerIdentity?: () => undefined;
}

/** Options for Node's and other libraries' TLS clients. */
export function tlsOptions({ ca, anyName, serverName }: TlsTrust): TlsOptions {
  return {
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
    ...(anyName === true && { checkServerIdentity: () => undefined }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

export interface ConnectOptions {
  /** What is offered over TLS (ALPN), such as `h2`. */
  readonly protocols?: string[];
  /** Whether the client's half stays open when the server has ended its own. */
  readonly allowHalfOpen?: boolean;
}

/** Begins to connect, without Nagle's delay. */
export function connectTo(endpoint: Endpoint, options: ConnectOptions = {}): net.Socket {
  const { host, port, tls: trust } = endpoint;
  const { protocols, allowHalfOpen = false } = options;
  if (trust === undefined) return net.connect({ host, port, noDelay: true, allowHalfOpen });
  const alpn = protocols === undefined ? {} : { ALPNProtocols: protocols };
  // Node has documented allowHalfOpen for tls.connect since 12; its types have not.
  const all = { host, port, allowHalfOpen, ...alpn, ...tlsOptions(trust) };
  return tls.connect(all).setNoDelay(true);
}
