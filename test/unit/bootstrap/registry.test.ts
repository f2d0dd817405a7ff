import type { Component } from '../../../src/application/lifecycle/component';
import { Registry, token, type Use } from '../../../src/bootstrap/registry';
import { DependencyCycle } from '../../../src/domain/errors';

const [A, B, C, D] = [token<unknown>('a'), token<unknown>('b'), token<unknown>('c'), token<unknown>('d')];
const part = (name: string): Component => ({ name, stop: async () => {} });

it('builds each once, and hands the same one to all that use it', () => {
  const registry = new Registry();
  let built = 0;
  registry.component(C, () => ({ number: ++built }));
  registry.component(A, (use) => ({ c: use(C) }));
  registry.component(B, (use) => ({ c: use(C) }));
  registry.resolveAll();
  expect(built).toBe(1);
  expect(registry.get(A)).toEqual({ c: registry.get(C) });
  expect((registry.get(A) as { c: unknown }).c).toBe((registry.get(B) as { c: unknown }).c);
});

it.each([
  ['no name', { stop: async () => {} }, 'without a name'],
  ['an empty one', { name: '', start: async () => {} }, 'without a name'],
  ['another one', { name: 'b', stop: async () => {} }, 'b'],
  ['one that is no text', { name: 7, stop: async () => {} }, '7'],
])('refuses what starts or stops and has %s: it would silently never be started', (_, made, said) => {
  const registry = new Registry();
  registry.component(A, () => made);
  expect(() => registry.resolveAll()).toThrow(`the component ${said} is registered as a`);
});

it.each([
  ['a start', { name: 'a', start: 'later' }, 'start'],
  ['a start, though it can be stopped', { name: 'a', start: null, stop: async () => {} }, 'start'],
  ['a stop', { name: 'a', stop: Promise.resolve() }, 'stop'],
])('refuses what has %s that cannot be called', (_, made, step) => {
  const registry = new Registry();
  registry.component(A, () => made);
  expect(() => registry.resolveAll()).toThrow(`${step} of the component a is not a function`);
});

it('refuses two of one name', () => {
  const registry = new Registry();
  registry.component(A, () => 1);
  expect(() => registry.component(A, () => 2)).toThrow('a is registered twice');
});

it('records an edge for each use, in whatever order they were registered', () => {
  const registry = new Registry();
  registry.component(A, (use) => [use(B), use(C), use(B)]);
  registry.component(B, (use) => [use(C)]);
  registry.component(C, () => ({}));
  registry.resolveAll();
  expect(Object.fromEntries(registry.dependencies())).toEqual({ a: ['b', 'c'], b: ['c'], c: [] });
});

it('names a circle instead of overflowing the stack', () => {
  const registry = new Registry();
  registry.component(A, (use) => use(B));
  registry.component(B, (use) => use(C));
  registry.component(C, (use) => use(B));
  expect(() => registry.resolveAll()).toThrow(DependencyCycle);
  expect(() => registry.resolveAll()).toThrow('b -> c -> b');
});

it('does not take what is resolved after a factory has failed for a circle', () => {
  const registry = new Registry();
  let fail = true;
  registry.component(A, (use) => use(B));
  registry.component(B, () => {
    if (fail) throw new Error('not yet');
    return 1;
  });
  expect(() => registry.resolveAll()).toThrow('not yet');
  fail = false;
  registry.resolveAll();
  expect(registry.get(A)).toBe(1);
});

it('refuses a use after everything is built: its edge would be missing in the stop order', () => {
  const registry = new Registry();
  let late: Use = () => {
    throw new Error('not yet');
  };
  registry.component(A, (use) => {
    late = use;
    return {};
  });
  registry.component(B, () => ({}));
  registry.resolveAll();
  expect(() => late(B)).toThrow('a uses b after the wiring was sealed');
});

it('refuses a component under another name than its own', () => {
  const registry = new Registry();
  registry.component(A, () => part('b'));
  expect(() => registry.resolveAll()).toThrow('the component b is registered as a');
});

it('says which token is missing', () => {
  const registry = new Registry();
  registry.component(A, (use) => use(D));
  expect(() => registry.resolveAll()).toThrow(/"d"/);
});

it('draws the graph of what starts or stops, through what does neither', () => {
  const registry = new Registry();
  registry.component(A, (use) => {
    use(B);
    use(D);
    return part('a');
  });
  registry.component(B, (use) => ({ plain: use(C), too: use(D) }));
  registry.component(C, (use) => ({ value: use(D) }));
  registry.component(D, () => part('d'));
  registry.resolveAll();
  const { components, dependencies } = registry.graph();
  expect(components.map(({ name }) => name)).toEqual(['a', 'd']);
  expect(Object.fromEntries(dependencies)).toEqual({ a: ['d'], d: [] });
});

it('keeps two registries apart', () => {
  const [one, two] = [new Registry(), new Registry()];
  one.component(A, () => 1);
  two.component(A, () => 2);
  expect([one.get(A), two.get(A)]).toEqual([1, 2]);
});
