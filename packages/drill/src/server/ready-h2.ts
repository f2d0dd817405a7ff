import http2 from 'node:http2';
import { authorityOf, type Endpoint, tlsOptions } from '../client/endpoint';
import type { RequestParts } from '../requests/request-template';

/** Asks over HTTP/2. Resolves with the status of a complete answer, or null when none comes within `boundMs`; never rejects. */
export function askOverH2(
  endpoint: Endpoint,
  { method, path, headers }: Omit<RequestParts, 'body'>,
  boundMs: number,
): Promise<number | null> {
  const { tls } = endpoint;
  const origin = `${tls === undefined ? 'http' : 'https'}://${authorityOf(endpoint)}`;
  return new Promise((resolve) => {
    const session = http2.connect(origin, tls === undefined ? {} : tlsOptions(tls));
    const bound = setTimeout(() => session.destroy(), boundMs);
    session.on('error', () => {});
    session.on('close', () => {
      clearTimeout(bound);
      resolve(null);
    });
    const stream = session.request({ ':method': method, ':path': path, ...headers });
    let status: number | null = null;
    stream.on('response', (fields) => {
      status = fields[':status'] ?? null;
    });
    stream.on('error', () => {});
    stream.on('end', () => {
      resolve(status);
      session.close();
    });
    stream.resume();
  });
}
