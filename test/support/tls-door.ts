import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../packages/drill/src/server/free-port';
import { CERTIFICATE } from './certificate';
import { findTool } from './optional-suite';
import { until } from './until';

export interface TlsDoor {
  /** The database, as `localhost`, through the door: with TLS or not at all. */
  readonly url: string;
  /** The file of the certificate, which is its own authority. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** stunnel in front of `databaseUrl`: it takes nothing but TLS, and its certificate is for `localhost` alone. */
export async function startTlsDoor(databaseUrl: string): Promise<TlsDoor> {
  const program = findTool('stunnel4');
  if (!program) throw new Error('stunnel4 is not installed');
  const folder = await mkdtemp(path.join(tmpdir(), 'lastcall-stunnel-'));
  const { key, cert: ca } = CERTIFICATE;
  const config = path.join(folder, 'stunnel.conf');
  const behind = new URL(databaseUrl);
  const port = await freePort();
  await writeFile(
    config,
    [
      ...['foreground = quiet', 'pid =', '[postgres]', 'protocol = pgsql', `accept = 127.0.0.1:${port}`],
      ...[`connect = ${behind.hostname}:${behind.port}`, `cert = ${ca}`, `key = ${key}`, ''],
    ].join('\n'),
  );
  const child = spawn(program, [config], { stdio: 'ignore' });
  await until('stunnel listens', () => accepts(port, child));
  const url = new URL(databaseUrl);
  url.host = `localhost:${port}`;
  const stop = async () => {
    const exit = once(child, 'exit');
    child.kill();
    await exit;
    await rm(folder, { recursive: true, force: true });
  };
  return { url: url.href, ca, stop };
}

function accepts(port: number, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error('stunnel has ended');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
