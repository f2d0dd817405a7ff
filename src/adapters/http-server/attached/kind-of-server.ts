// Told by what only they have: to load node:tls for its class costs a server that has no TLS 1.2 MB.

/** Of node:https, or of node:http2 with TLS. */
export function isTls(server: object): boolean {
  return 'setSecureContext' in server;
}

/** Of node:http2, with TLS or without. */
export function isHttp2(server: object): boolean {
  return 'updateSettings' in server;
}
