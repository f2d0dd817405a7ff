import { components } from '../../../src/bootstrap/components';
import { readConfig } from '../../../src/bootstrap/config';
import { describeWiring } from '../../../src/bootstrap/wiring';
import { type Dependencies, stopWaves } from '../../../src/domain/lifecycle/stop-order';

const given = () => components(readConfig({ DATABASE_URL: 'postgres://h/d' }));
const embedded = () => components(readConfig({}));

/** Whether `from` reaches `to` along the edges. */
function reaches(edges: Dependencies, from: string, to: string): boolean {
  return (edges.get(from) ?? []).some((used) => used === to || reaches(edges, used, to));
}

it.each([
  ['http-server', 'group-commit'],
  ['group-commit', 'postgres-pool'],
  ['http-server', 'postgres-pool'],
  ['group-commit', 'postgres-schema'],
  ['postgres-schema', 'postgres-pool'],
  ['postgres-pool', 'log'],
])('%s stops before %s, because it uses it', (dependent, dependency) => {
  const { dependencies } = given().graph();
  expect(reaches(dependencies, dependent, dependency)).toBe(true);
  const waves = stopWaves(dependencies);
  const waveOf = (name: string) => waves.findIndex((wave) => wave.includes(name));
  expect(waveOf(dependent)).toBeLessThan(waveOf(dependency));
});

it('has the log as its last wave, alone', () => {
  for (const registry of [given(), embedded()])
    expect(stopWaves(registry.graph().dependencies).at(-1)).toEqual(['log']);
});

it('has the embedded Postgres only where no database is given, stopped after the pool', () => {
  expect(given().dependencies().has('embedded-postgres')).toBe(false);
  const { dependencies } = embedded().graph();
  expect(reaches(dependencies, 'postgres-pool', 'embedded-postgres')).toBe(true);
});

it('is described with every edge and every component that stops', () => {
  const text = describeWiring(given());
  for (const [name, uses] of given().dependencies())
    expect(text).toContain(uses.length > 0 ? `  ${name} -> ${uses.join(', ')}\n` : `  ${name}\n`);
  const order = text.slice(text.indexOf('stop order'));
  for (const { name, stop } of given().graph().components)
    expect(order.includes(name)).toBe(stop !== undefined);
});
