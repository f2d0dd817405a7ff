import { stopWaves } from '../domain/lifecycle/stop-order';
import { components } from './components';
import { readConfig } from './config';
import type { Registry } from './registry';

/** The wiring as text: who uses whom, and the order of stopping that follows. */
export function describeWiring(registry: Registry): string {
  const uses = [...registry.edges()].map(([name, { uses, after }]) => {
    const edges = [...uses, ...after.map((other) => `(after ${other})`)];
    return `  ${name}${edges.length > 0 ? ` -> ${edges.join(', ')}` : ''}`;
  });
  const { components, dependencies } = registry.graph();
  const stoppable = new Set(components.filter(({ stop }) => stop).map(({ name }) => name));
  const waves = stopWaves(dependencies)
    .map((wave) => wave.filter((name) => stoppable.has(name)))
    .filter((wave) => wave.length > 0)
    .map((wave, index) => `  ${index + 1}. ${wave.join(', ')}`);
  return ['who uses whom', ...uses, '', 'stop order (start order: the reverse)', ...waves].join('\n');
}

if (require.main === module) {
  process.stdout.write(`${describeWiring(components(readConfig({})))}\n`);
}
