import type { Dependencies } from '../domain/stop-order';
import type { Component } from './ports/component';

/** The components of the service, and who uses whom by name. Every component has its entry in `dependencies`. */
export interface ComponentGraph {
  readonly components: readonly Component[];
  readonly dependencies: Dependencies;
}

/**
 * Runs `step` once for each name, as soon as the steps of all its prerequisites have settled; independent ones run
 * side by side. `step` must not reject.
 */
export async function runInOrder(
  prerequisites: Dependencies,
  step: (name: string) => Promise<void>,
): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const run = (name: string): Promise<void> => {
    const known = running.get(name);
    if (known) return known;
    const begun = Promise.all((prerequisites.get(name) ?? []).map(run)).then(() => step(name));
    running.set(name, begun);
    return begun;
  };
  await Promise.all([...prerequisites.keys()].map(run));
}
