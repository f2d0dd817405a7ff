import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ScenarioWords } from '../src/scenario/schema';

/** A server of gallery.json; README.md has what its members mean. */
export interface Entry {
  readonly name: string;
  readonly language: string;
  readonly packages: readonly string[];
  readonly tools: readonly string[];
  readonly command: readonly string[];
  readonly build?: readonly string[];
  readonly ready: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly expect: { readonly status: number; readonly body?: string };
  readonly effects: 'file' | 'none';
  readonly signal: NodeJS.Signals;
  readonly expectedExit: number | NodeJS.Signals;
  readonly losesNothing?: boolean;
}

export const ENTRIES = JSON.parse(
  readFileSync(path.join(__dirname, 'gallery.json'), 'utf8'),
) as readonly Entry[];

/** A throw-away folder. Started by root, the workers of nginx and Apache are somebody else, and must get in. */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-gallery-'));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Builds the server where it has to be built, and says how it is drilled.
 * @param folder for all that it writes; the caller removes it
 */
export function scenarioFor(entry: Entry, folder: string): ScenarioWords {
  mkdirSync(folder, { recursive: true });
  const place = (word: string) => word.replaceAll('{{build}}', folder);
  const [builder, ...words] = (entry.build ?? []).map(place);
  if (builder !== undefined)
    execFileSync(builder, words, { cwd: __dirname, stdio: ['ignore', 'ignore', 'inherit'] });
  const effectsLog = path.join(folder, 'effects');
  writeFileSync(effectsLog, '');
  const { method, headers, body } = entry.request;
  return {
    command: entry.command.map(place),
    cwd: __dirname,
    env: { EFFECTS_FILE: effectsLog, TMPDIR: folder, PATH: `${process.env.PATH}:/usr/sbin` },
    ready: `GET ${entry.ready}`,
    requests: [{ request: `${method} ${entry.request.path}`, headers, body, expect: entry.expect }],
    signal: entry.signal,
    exit: [entry.expectedExit],
    ...(entry.effects === 'file' && { effectsLog }),
  };
}
