import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type {
  ListenerCloseReport,
  ListenTarget,
} from '../../../../src/adapters/http-server/listener/listener';
import { type BuiltSources, HTTP_SERVER } from '../../../support/built-sources';

/** The source of the fixture server. */
export const FIXTURE = 'test/process/listener/fixtures/server.ts';

/** All that it is made of. */
export const FIXTURE_SOURCES = [...HTTP_SERVER, 'src/adapters/process/socket-activation.ts', FIXTURE];

export interface FixtureOptions {
  readonly target?: ListenTarget;
  /** Which node runs it; default: the one that runs the test. */
  readonly node?: string;
  /** What to run instead of node itself, with node's path and the script appended. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A listening descriptor of ours that becomes the child's descriptor 3. */
  readonly inherit?: number;
}

type Message = { listening?: AddressInfo; report?: ListenerCloseReport; failed?: string };

/** A fixture server as a process of its own. */
export class ServerProcess {
  readonly child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #messages: Message[] = [];
  #wake = () => {};

  constructor(fixture: BuiltSources, options: FixtureOptions = {}) {
    const { target = { kind: 'address', port: 0, host: '127.0.0.1' }, wrapper = [], inherit } = options;
    const [command = '', ...words] = [...wrapper, options.node ?? process.execPath, fixture.of(FIXTURE)];
    const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', ...(inherit === undefined ? [] : [inherit])];
    const env = {
      ...process.env,
      ...options.env,
      FIXTURE: JSON.stringify({ target }),
    };
    this.child = spawn(command, words, { stdio, env });
    this.#exited = once(this.child, 'exit').then(([code]) => code as number | null);
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      this.#messages.push(JSON.parse(line) as Message);
      this.#wake();
    });
    lines.on('close', () => this.#wake());
    void this.#exited.then(() => this.#wake());
  }

  async address(): Promise<AddressInfo> {
    const { listening, failed } = await this.#message(
      (message) => 'listening' in message || 'failed' in message,
    );
    if (!listening) throw new Error(failed ?? 'no address');
    return listening;
  }

  async failure(): Promise<string | undefined> {
    return (await this.#message((message) => 'failed' in message)).failed;
  }

  /** SIGTERM; resolves with the report of the listener's close. */
  async terminate(): Promise<ListenerCloseReport> {
    this.child.kill('SIGTERM');
    const { report } = await this.#message((message) => 'report' in message);
    return report as ListenerCloseReport;
  }

  exitCode(): Promise<number | null> {
    return this.#exited;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async #message(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#messages.find(wanted);
      if (found) return found;
      if (this.child.exitCode !== null && this.child.stdout?.readableEnded) {
        throw new Error(`the fixture exited with ${this.child.exitCode} before it said so`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
