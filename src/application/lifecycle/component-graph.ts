import { type Dependencies, stopWaves } from '../../domain/lifecycle/stop-order';
import type { Component } from './component';

/** The components of the service, and who uses whom by name. Every component has its entry in `dependencies`. */
export interface ComponentGraph {
  readonly components: readonly Component[];
  readonly dependencies: Dependencies;
}

/**
 * Makes sure that nothing in the graph can be passed over: each component has a name that no other has, and its entry in
 * `dependencies`; each entry has its component; and the edges have an order.
 *
 * @throws Error that names the component. {@link UnknownDependency} {@link DependencyCycle} as {@link stopWaves} does.
 */
export function checkGraph({ components, dependencies }: ComponentGraph): void {
  const names = new Set<string>();
  for (const { name } of components) {
    if (typeof name !== 'string' || name === '') throw new Error('there is a component without a name');
    if (names.has(name)) throw new Error(`two components are called ${name}`);
    if (!dependencies.has(name)) throw new Error(`what ${name} depends on is not said`);
    names.add(name);
  }
  for (const name of dependencies.keys()) {
    if (!names.has(name)) throw new Error(`no component is called ${name}`);
  }
  stopWaves(dependencies);
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
