import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Obstacle, withoutTool } from '../support/optional-suite';
import { withoutReusePort } from '../support/platform';
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
  readonly skipped?: Obstacle;
}

const server = (name: string, script: string) => (node: string) => ({
  name,
  command: `${node} ${path.join(PROJECT, script)}`,
});

export const LASTCALL = server('lastcall', 'dist/bootstrap/main.js');
/** What most services do on SIGTERM: `server.close()`, then the pool. */
export const NAIVE = server('server.close()', 'packages/drill/test/fixtures/naive-close.js');

/** Every way of restarting, with the service and, where a naive server can be restarted so, with `server.close()`. */
export function plan(node: string = process.execPath): PlannedRun[] {
  const lastcall = LASTCALL(node);
  const naive = NAIVE(node);
  const runs: PlannedRun[] = [];
  for (const tool of ['haproxy', 'nginx'] as const) {
    const scenario = behindBalancer(tool);
    const skipped = withoutTool(tool);
    runs.push(
      { scenario, server: lastcall, skipped },
      { scenario, server: naive, comparison: true, skipped },
    );
  }
  const version = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim();
  runs.push(
    { scenario: socketActivation, server: lastcall },
    { scenario: reusePort, server: lastcall, skipped: withoutReusePort(version) },
    { scenario: stopAndStart, server: lastcall, comparison: true },
    { scenario: stopAndStart, server: naive, comparison: true },
  );
  return runs;
}
