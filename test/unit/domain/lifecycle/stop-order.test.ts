import fc from 'fast-check';
import { DependencyCycle, UnknownDependency } from '../../../../src/domain/lifecycle/errors';
import { dependents, stopWaves } from '../../../../src/domain/lifecycle/stop-order';

const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));

it('stops dependents before what they depend on, and independent ones together', () => {
  expect(stopWaves(graph({ log: [], pool: ['log'], http: ['pool', 'log'], metrics: ['log'] }))).toEqual([
    ['http', 'metrics'],
    ['pool'],
    ['log'],
  ]);
});

it('waits for the longest way that leads to a component', () => {
  expect(stopWaves(graph({ a: ['d', 'b'], b: ['c'], c: ['d'], d: [] }))).toEqual([
    ['a'],
    ['b'],
    ['c'],
    ['d'],
  ]);
});

it('has no waves for nothing', () => {
  expect(stopWaves(new Map())).toEqual([]);
});

it.each([
  [{ a: ['a'] }, 'a -> a'],
  [{ a: ['b'], b: ['c'], c: ['b'] }, 'b -> c -> b'],
])('names the circle', (edges, circle) => {
  expect(() => stopWaves(graph(edges as Record<string, string[]>))).toThrow(DependencyCycle);
  expect(() => stopWaves(graph(edges as Record<string, string[]>))).toThrow(circle);
});

it('names both ends of an edge that leads nowhere', () => {
  expect(() => stopWaves(graph({ a: ['b'] }))).toThrow(UnknownDependency);
  expect(() => stopWaves(graph({ a: ['b'] }))).toThrow('a depends on b');
});

it('has every component in exactly one wave, after all that depend on it, whatever the graph', () => {
  // Each node may depend on later ones only, so there is no circle.
  const acyclic = fc.array(fc.array(fc.nat(20), { maxLength: 5 }), { maxLength: 12 }).map((nodes) => {
    const names = nodes.map((_, index) => `n${index}`);
    return new Map(
      nodes.map((uses, index) => [
        `n${index}`,
        [...new Set(uses.map((use) => `n${index + 1 + use}`))].filter((name) => names.includes(name)),
      ]),
    );
  });
  fc.assert(
    fc.property(acyclic, (dependencies) => {
      const waves = stopWaves(dependencies);
      const place = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)));
      expect(waves.flat().sort()).toEqual([...dependencies.keys()].sort());
      for (const [name, uses] of dependencies) {
        for (const use of uses) expect(place.get(name)).toBeLessThan(place.get(use) ?? -1);
      }
    }),
  );
});

it('turns the edges round', () => {
  expect(dependents(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual(
    graph({ a: [], b: ['a'], c: ['a', 'b'] }),
  );
});
