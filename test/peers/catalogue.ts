import path from 'node:path';
import { SERVICE_DRILL } from '../support/jobs-drill';

/** A server in the comparison. */
export interface Peer {
  readonly name: string;
  readonly command: string;
  readonly isOurs?: boolean;
  /** It speaks TLS, and takes the files of KEY and CERT. */
  readonly secure?: boolean;
}

const node = process.execPath;
const server = (file: string) => `${node} ${path.join(__dirname, 'servers', file)}`;
const NAIVE_CLOSE = `${node} ${path.resolve(__dirname, '../../packages/drill/test/fixtures/naive-close.js')}`;

/** The service beside its peers. Each of the others does what its library's documentation shows. */
export const PEERS: readonly Peer[] = [
  { name: 'lastcall', command: String(SERVICE_DRILL.command), isOurs: true },
  { name: 'server.close()', command: NAIVE_CLOSE },
  { name: 'stoppable', command: server('stoppable.js') },
  { name: '@godaddy/terminus', command: server('terminus.js') },
  { name: 'http-terminator', command: server('http-terminator.js') },
  { name: 'http-graceful-shutdown', command: server('http-graceful-shutdown.js') },
  { name: 'fastify + close-with-grace', command: server('fastify.js') },
  { name: 'NestJS', command: server('nest.mjs') },
];
