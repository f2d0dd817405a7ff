import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../packages/drill/src/server/free-port';
import type { Obstacle } from '../../support/optional-suite';
import { PROJECT } from '../../support/service-process';
import { until } from '../../support/until';

const EXAMPLES = path.join(PROJECT, 'examples');

/** What the examples' own clients are made of: `ws`, `socket.io-client`. */
export const requireFromExamples = createRequire(path.join(EXAMPLES, 'package.json'));

export const withoutFrameworks: Obstacle = existsSync(path.join(EXAMPLES, 'node_modules/express'))
  ? undefined
  : 'the frameworks are not installed: npm ci --prefix examples --ignore-scripts';

/** The package by its name, for examples that need nothing else and whose folder may not be installed. */
const modules = path.join(mkdtempSync(path.join(tmpdir(), 'lastcall-examples-')), 'node_modules');
mkdirSync(modules);
symlinkSync(path.join(PROJECT, 'packages/drain'), path.join(modules, 'lastcall-drain'));
afterAll(() => rmSync(path.dirname(modules), { recursive: true, force: true }));

export const withoutPackage: Obstacle = isResolvable()
  ? undefined
  : 'the package lastcall-drain is not built';

function isResolvable(): boolean {
  try {
    createRequire(path.join(modules, 'any.js')).resolve('lastcall-drain');
    return true;
  } catch {
    return false;
  }
}

/** An example as a process of its own, with its jobs in memory. */
export class ExampleProcess {
  static readonly #running = new Set<ExampleProcess>();
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | string | null>;
  output = '';

  private constructor(
    file: string,
    readonly port: number,
    env: Record<string, string>,
    nodeOptions: readonly string[],
  ) {
    const { DATABASE_URL: _database, ...inherited } = process.env;
    this.#child = spawn(process.execPath, [...nodeOptions, path.resolve(EXAMPLES, file)], {
      env: { ...inherited, ...env, PORT: String(port), NODE_PATH: modules },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    ExampleProcess.#running.add(this);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
      });
    }
    this.#exited = once(this.#child, 'close').then(([code, signal]) => {
      ExampleProcess.#running.delete(this);
      return (code ?? signal) as number | string | null;
    });
  }

  /** Resolves when it listens. */
  static async start(
    file: string,
    env: Record<string, string> = {},
    nodeOptions: readonly string[] = [],
  ): Promise<ExampleProcess> {
    const example = new ExampleProcess(file, await freePort(), env, nodeOptions);
    await until(`${file} listens`, async () => (await example.#knock()) === 'open', 30_000);
    return example;
  }

  /** For afterEach: nothing outlives a test that failed. */
  static async killAll(): Promise<void> {
    const left = [...ExampleProcess.#running];
    for (const example of left) example.#child.kill('SIGKILL');
    await Promise.all(left.map((example) => example.#exited));
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  /** Its exit code, or the signal that ended it. */
  exitCode(): Promise<number | string | null> {
    return this.#exited;
  }

  /** Resolves when its listener is closed: it has heard of the stop, and the drain is under way. */
  async untilDraining(host?: string): Promise<void> {
    await until('the drain', async () => (await this.#knock(host)) === 'closed');
  }

  /** What a client finds; `silent` in the instant in which the listener is closed. */
  #knock(host = '127.0.0.1'): Promise<'open' | 'closed' | 'silent'> {
    if (!ExampleProcess.#running.has(this)) throw new Error(`it has ended: ${this.output}`);
    return new Promise((resolve) => {
      const socket = connect(this.port, host).setTimeout(100);
      socket.on('connect', () => resolve('open')).on('error', () => resolve('closed'));
      socket.on('timeout', () => resolve('silent'));
      for (const event of ['connect', 'timeout']) socket.on(event, () => socket.destroy());
    });
  }
}
