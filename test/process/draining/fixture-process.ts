import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StopDetails } from '../../../src/application/lifecycle/component';
import { type BuiltSources, buildSources, DRAIN_PACKAGE } from '../../support/built-sources';
import { CERTIFICATE } from '../../support/certificate';
import { RawClient, waitFor } from '../../support/raw-client';

/**
 * Whose server it is that is drained: ours, or one that somebody else made, with or without TLS. The suites of this folder
 * hold for each of them.
 */
export const FORMS = ['own', 'attached', 'attached https'] as const;
export type Form = (typeof FORMS)[number];

export interface FixtureSettings {
  readonly form?: Form;
  readonly lingerMs?: number;
  readonly budgetMs?: number;
  readonly limits?: object;
  readonly upgrades?: boolean;
}

/** A test that must hold for each form (or those given), all of them at the same time: they are spent waiting. */
export function inEachForm(
  name: string,
  test: (
    fixtures: { start(settings?: FixtureSettings): Promise<FixtureProcess> },
    form: Form,
  ) => Promise<void>,
  forms: readonly Form[] = FORMS,
): void {
  it(`${name} [${forms.join(', ')}]`, async () => {
    const started = (form: Form) => ({
      start: (settings?: FixtureSettings) => FixtureProcess.start({ ...settings, form }),
    });
    const results = await Promise.allSettled(forms.map((form) => test(started(form), form)));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      result.reason.message = `${forms[index]}: ${result.reason.message}`;
      throw result.reason;
    }
  });
}

type Line = Record<string, unknown>;

const FIXTURE = 'test/process/draining/server.fixture.ts';
let built: BuiltSources | undefined;
afterAll(() => built?.remove());

const running = new Set<ChildProcess>();

/** The fixture in a process of its own. */
export class FixtureProcess {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  #signalledAt = 0;
  #exit: { code: number | null; tookMs: number } | undefined;

  readonly #tls: boolean;

  private constructor(child: ChildProcess, form: Form) {
    this.#child = child;
    this.#tls = form === 'attached https';
    running.add(child);
    let rest = '';
    child.stdout?.on('data', (chunk) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.lines.push(JSON.parse(part));
    });
    let tookMs = 0;
    child.once('exit', () => {
      running.delete(child);
      tookMs = performance.now() - this.#signalledAt;
    });
    // Later than `exit`: all of stdout has been read.
    child.once('close', (code) => {
      this.#exit = { code, tookMs };
    });
  }

  static async start(settings: FixtureSettings = {}): Promise<FixtureProcess> {
    built ??= buildSources([...DRAIN_PACKAGE, FIXTURE]);
    const child = spawn(
      process.execPath,
      [built.of(FIXTURE), JSON.stringify({ ...settings, certificate: CERTIFICATE.folder })],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const fixture = new FixtureProcess(child, settings.form ?? 'own');
    await fixture.said((line) => line.ready !== undefined, 10_000);
    return fixture;
  }

  get port(): number {
    return Number(this.lines.find((line) => line.ready !== undefined)?.ready);
  }

  /** A connection to it, with TLS where it wants that. */
  connect(options: { readonly reading?: boolean } = {}): Promise<RawClient> {
    return RawClient.open(this.port, { ...options, tls: this.#tls });
  }

  sigterm(): void {
    this.#signalledAt = performance.now();
    this.#child.kill('SIGTERM');
  }

  /** Sends SIGTERM and waits until the listener is closed, so that the drain is under way. */
  async drain(): Promise<void> {
    this.sigterm();
    await this.said((line) => line.event === 'listener-closed');
  }

  /** Waits for a line on stdout. */
  async said(matches: (line: Line) => boolean, timeoutMs = 5_000): Promise<void> {
    await waitFor(
      () => this.lines.some(matches),
      timeoutMs,
      () => JSON.stringify(this.lines),
    );
  }

  /** How often a handler ran for `GET /path` (and `?tag=`). */
  ran(path: string, tag?: string): number {
    return this.lines.filter((line) => line.ran === path && (tag === undefined || line.tag === tag)).length;
  }

  get rows(): unknown[] {
    return this.lines.filter((line) => line.row !== undefined).map((line) => line.row);
  }

  get report(): StopDetails | undefined {
    return this.lines.find((line) => line.stopped !== undefined)?.stopped as StopDetails | undefined;
  }

  /** Its processor time so far. */
  async cpuMs(): Promise<number> {
    const client = await this.connect();
    client.write('GET /cpu HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await client.waitForEnd();
    return Number(client.answers[0]?.body);
  }

  /** Its processor time when it had stopped. */
  get exitCpuMs(): number {
    return Number(this.lines.find((line) => line.stopped !== undefined)?.cpuMs);
  }

  /** Waits for the exit by itself; `tookMs` counts from the signal. */
  async exited(timeoutMs = 8_000): Promise<{ code: number | null; tookMs: number }> {
    if (this.#exit === undefined)
      await once(this.#child, 'close', { signal: AbortSignal.timeout(timeoutMs) });
    if (this.#exit === undefined) throw new Error('no exit');
    return this.#exit;
  }

  /** Kills what a failed test left behind. */
  static killAll(): void {
    for (const child of running) child.kill('SIGKILL');
  }
}
