import { DependencyCycle, UnknownDependency } from './errors';

/** Who uses whom: each component's name with the names of what it depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * The order of stopping, as waves: a component stands in the first wave in which all that depend on it have
 * stopped. Those of one wave are independent of each other. Start-up is the same order, reversed.
 *
 * @throws {DependencyCycle} naming the circle, as `a -> b -> a`.
 * @throws {UnknownDependency} when an edge leads nowhere.
 */
export function stopWaves(dependencies: Dependencies): readonly (readonly string[])[] {
  const depths = new Map<string, number>();
  for (const name of dependencies.keys()) visit(name, 0, []);

  const waves: string[][] = [];
  for (const [name, depth] of depths) {
    waves[depth] ??= [];
    waves[depth].push(name);
  }
  return waves.map((wave) => wave.sort());

  /** Pushes `name` down to the length of the longest path that leads to it. */
  function visit(name: string, depth: number, path: readonly string[]): void {
    if (path.includes(name)) {
      throw new DependencyCycle([...path.slice(path.indexOf(name)), name].join(' -> '));
    }
    const uses = dependencies.get(name);
    if (uses === undefined)
      throw new UnknownDependency(`${path.at(-1)} depends on ${name}, which does not exist`);
    const known = depths.get(name);
    if (known !== undefined && known >= depth) return;
    depths.set(name, depth);
    for (const dependency of uses) visit(dependency, depth + 1, [...path, name]);
  }
}

/** The edges turned round: each component's name with the names of those that depend on it. */
export function dependents(dependencies: Dependencies): Dependencies {
  const turned = new Map<string, string[]>([...dependencies.keys()].map((name) => [name, []]));
  for (const [name, uses] of dependencies) {
    for (const dependency of uses) turned.get(dependency)?.push(name);
  }
  return turned;
}
