import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What runs the program as it is built, wherever it is called. */
export const DRILL: readonly [string, ...string[]] = [
  process.execPath,
  path.join(__dirname, '../../dist/main.js'),
];

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The drill in a process of its own. */
export function startDrill(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const [node, ...before] = DRILL;
  return spawn(node, [...before, ...args], { stdio: 'pipe', ...options });
}

/** Runs the drill to its end. @param input what it reads */
export async function runDrillProcess(
  args: readonly string[],
  { input = '', ...options }: SpawnOptions & { input?: string } = {},
): Promise<Ended> {
  return whenEnded(startDrill(args, options), input);
}

/** @param input left out: its input stays open */
export async function whenEnded(child: ChildProcess, input?: string): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (bytes: Buffer) => {
    said.stdout += bytes.toString();
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    said.stderr += bytes.toString();
  });
  child.stdin?.on('error', () => {}); // it may end before it has read
  if (input !== undefined) child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}
