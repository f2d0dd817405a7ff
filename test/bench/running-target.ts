import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../packages/drill/src/server/free-port';
import type { ServerTarget } from './targets';

const ROOT = path.resolve(__dirname, '../..');
const START_TIMEOUT_MS = 20_000;

/** A target's process. Its output goes to /dev/null, so that reading it costs the machine nothing. */
export class RunningTarget {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /** Starts it, and resolves when `/health` answers. */
  static async start(target: ServerTarget, databaseUrl: string): Promise<RunningTarget> {
    const running = await RunningTarget.spawn(target, databaseUrl);
    for (
      const until = performance.now() + START_TIMEOUT_MS;
      !(await isHealthy(running.port));
      await sleep(20)
    ) {
      if (running.#child.exitCode !== null || performance.now() > until)
        throw new Error(`${target.name} did not start`);
    }
    return running;
  }

  /** Starts it, and does not wait. */
  static async spawn(target: ServerTarget, databaseUrl: string): Promise<RunningTarget> {
    const port = await freePort();
    const child = spawn(process.execPath, [...target.args], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_ENV: 'production',
        ...target.env,
        PORT: String(port),
        DATABASE_URL: databaseUrl,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new RunningTarget(port, child);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Sends SIGTERM, and returns how long the exit took in milliseconds. */
  async terminate(): Promise<number> {
    const exited = once(this.#child, 'exit');
    const began = performance.now();
    this.#child.kill('SIGTERM');
    await exited;
    return performance.now() - began;
  }

  /** Ends it without a drain: only its speed is measured. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    http
      .get({ port, path: '/health', agent: false }, (answer) => resolve(answer.resume().statusCode === 200))
      .once('error', () => resolve(false));
  });
}
