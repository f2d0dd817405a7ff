import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { findTool } from '../support/optional-suite';
import { PROJECT } from '../support/service-process';
import { behindBalancer } from './behind-balancer';
import type { Scenario } from './deployment';
import { reusePort, socketActivation, stopAndStart } from './one-machine';

export interface PlannedRun {
  readonly scenario: Scenario;
  readonly server: { readonly name: string; readonly command: string };
  /** Shows the difference: it is expected to fail requests. */
  readonly comparison?: true;
  /** Why it cannot run here. */
  readonly skipped?: string;
}

const server = (name: string, script: string) => (node: string) => ({
  name,
  command: `${node} ${path.join(PROJECT, script)}`,
});

export const LASTCALL = server('lastcall', 'dist/bootstrap/main.js');
/** What most services do on SIGTERM: `server.close()`, then the pool. */
export const NAIVE = server('server.close()', 'test/drill/fixtures/naive-close.js');

/** Every way of restarting, with the service and, where a naive server can be restarted so, with `server.close()`. */
export function plan(node: string = process.execPath): PlannedRun[] {
  const lastcall = LASTCALL(node);
  const naive = NAIVE(node);
  const runs: PlannedRun[] = [];
  for (const tool of ['haproxy', 'nginx'] as const) {
    const scenario = behindBalancer(tool);
    const missing = findTool(tool) ? {} : { skipped: `${tool} is not installed` };
    runs.push(
      { scenario, server: lastcall, ...missing },
      { scenario, server: naive, comparison: true, ...missing },
    );
  }
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();
  const old = hasReusePort(version) ? {} : { skipped: `needs Node 22.12, and this is ${version}` };
  runs.push(
    { scenario: socketActivation, server: lastcall },
    { scenario: reusePort, server: lastcall, ...old },
    { scenario: stopAndStart, server: lastcall, comparison: true },
    { scenario: stopAndStart, server: naive, comparison: true },
  );
  return runs;
}

export function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}
