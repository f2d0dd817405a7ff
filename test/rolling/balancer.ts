import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../packages/drill/src/server/free-port';
import { findTool } from '../support/optional-suite';
import { shippedConfig } from '../support/shipped-config';
import { until } from '../support/until';

export type BalancerName = 'haproxy' | 'nginx';

export interface Balancer {
  readonly port: number;
  stop(): Promise<void>;
}

const WORDS: Record<BalancerName, (folder: string, file: string) => string[]> = {
  haproxy: (_, file) => ['-db', '-f', file],
  nginx: (folder, file) => ['-p', folder, '-c', file, '-g', 'daemon off;'],
};

const FILES: Record<BalancerName, string> = {
  haproxy: 'haproxy/haproxy.cfg',
  nginx: 'nginx/nginx.conf',
};

/** Starts HAProxy or nginx with the configuration that is shipped, in front of three replicas on these ports. */
export async function startBalancer(
  name: BalancerName,
  replicaPorts: readonly [number, number, number],
): Promise<Balancer> {
  const program = findTool(name);
  if (!program) throw new Error(`${name} is not installed`);
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), `lastcall-${name}-`));
  // Root's nginx works as another user, who needs its temporary folders in here.
  await chmod(folder, 0o755);
  const file = path.join(folder, path.basename(FILES[name]));
  const ports = [port, ...replicaPorts];
  await writeFile(
    file,
    shippedConfig(
      FILES[name],
      ports.map((each, index) => [`127.0.0.1:${8080 + index}`, `127.0.0.1:${each}`] as const),
    ),
  );
  const child = spawn(program, WORDS[name](folder, file), { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (bytes: Buffer) => {
    output = (output + bytes.toString()).slice(-4_000);
  });
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  await until(`${name} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`);
    return canConnect(port);
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { port, stop };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  // Both stop at once on SIGTERM; no client is left by then.
  child.kill('SIGTERM');
  await exit;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
