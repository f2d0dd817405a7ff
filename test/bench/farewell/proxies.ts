import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../packages/drill/src/server/free-port';

/** A running proxy in front of an upstream port. */
export interface RunningProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** nginx with a pool of kept-alive upstream connections and its defaults for the rest. */
export function nginx(upstream: number): Promise<RunningProxy> {
  return start(
    'nginx',
    ['-c'],
    (port, folder) => `
    daemon off; error_log /dev/null; pid ${folder}/pid; worker_processes 1;
    events {}
    http {
      access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
      fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      upstream app { server 127.0.0.1:${upstream} max_fails=0; keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }
    }`,
  );
}

/** HAProxy that reuses its server connections. */
export function haproxy(upstream: number): Promise<RunningProxy> {
  return start(
    'haproxy',
    ['-db', '-f'],
    (port) => `
global
  nbthread 1
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  http-reuse always
listen app
  bind 127.0.0.1:${port}
  server app 127.0.0.1:${upstream}
`,
  );
}

async function start(
  command: string,
  args: string[],
  config: (port: number, folder: string) => string,
): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'farewell-'));
  const port = await freePort();
  await writeFile(join(folder, 'config'), config(port, folder));
  const child = spawn(command, [...args, join(folder, 'config')], { stdio: ['ignore', 'ignore', 'inherit'] });
  await accepting(port, child);
  return {
    port,
    close: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

async function accepting(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const connected = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the proxy exited');
}
