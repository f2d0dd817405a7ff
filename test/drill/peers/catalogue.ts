import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_COMMAND } from '../options';

/** A server in the comparison. */
export interface Peer {
  readonly name: string;
  readonly command: string;
  readonly isOurs?: boolean;
}

const node = process.execPath;
const server = (file: string) => `${node} ${path.join(__dirname, 'servers', file)}`;

/** What `npm run drill:peers` compares. Each of the others does what its library's documentation shows. */
export const PEERS: readonly Peer[] = [
  { name: 'lastcall', command: DEFAULT_COMMAND, isOurs: true },
  { name: 'server.close()', command: `${node} ${path.join(__dirname, '..', 'fixtures', 'naive-close.js')}` },
  { name: 'stoppable', command: server('stoppable.js') },
  { name: '@godaddy/terminus', command: server('terminus.js') },
  { name: 'http-terminator', command: server('http-terminator.js') },
  { name: 'http-graceful-shutdown', command: server('http-graceful-shutdown.js') },
  { name: 'fastify + close-with-grace', command: server('fastify.js') },
  { name: 'NestJS', command: server('nest.mjs') },
];

/** Installs the other libraries into this folder's own node_modules, unless they are there. Throws when npm fails. */
export async function installPeers(): Promise<void> {
  if (existsSync(path.join(__dirname, 'node_modules', 'stoppable'))) return;
  const npm = spawn('npm', ['ci', '--ignore-scripts'], {
    cwd: __dirname,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('exit', resolve);
    npm.once('error', reject);
  });
  if (code !== 0) throw new Error(`npm ci in ${__dirname} ended with ${code}`);
}
