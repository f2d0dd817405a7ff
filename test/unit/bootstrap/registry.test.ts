import type { Component } from '../../../src/application/lifecycle/component';
import { Deadline } from '../../../src/application/lifecycle/deadline';
import { Registry, token, type Use } from '../../../src/bootstrap/registry';
import { DependencyCycle, UnknownDependency } from '../../../src/domain/lifecycle/errors';

const [A, B, C, D] = [token<unknown>('a'), token<unknown>('b'), token<unknown>('c'), token<unknown>('d')];
const part = (name: string): Component => ({ name, stop: async () => {} });
/** Registers a component under a token whose type says nothing. */
const component = (registry: Registry, { name }: { name: string }, factory: (use: Use) => unknown) =>
  registry.component(token<Component>(name), factory as (use: Use) => Component);

it('builds each once, and hands the same one to all that use it', () => {
  const registry = new Registry();
  let built = 0;
  registry.provide(C, () => ({ number: ++built }));
  registry.provide(A, (use) => ({ c: use(C) }));
  registry.provide(B, (use) => ({ c: use(C) }));
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
])('refuses a component that has %s: it would silently never be started', (_, made, said) => {
  const registry = new Registry();
  component(registry, A, () => made);
  expect(() => registry.resolveAll()).toThrow(`the component ${said} is registered as a`);
});

it.each([
  ['a start', { name: 'a', start: 'later' }, 'start'],
  ['a start, though it can be stopped', { name: 'a', start: null, stop: async () => {} }, 'start'],
  ['a stop', { name: 'a', stop: Promise.resolve() }, 'stop'],
])('refuses what has %s that cannot be called', (_, made, step) => {
  const registry = new Registry();
  component(registry, A, () => made);
  expect(() => registry.resolveAll()).toThrow(`${step} of the component a is not a function`);
});

it('refuses a value that starts or stops', () => {
  const registry = new Registry();
  registry.provide(A, () => part('a'));
  expect(() => registry.resolveAll()).toThrow('a starts or stops, and is registered as a value');
});

it('refuses two of one name', () => {
  const registry = new Registry();
  registry.provide(A, () => 1);
  expect(() => component(registry, A, () => part('a'))).toThrow('a is registered twice');
});

it('records an edge for each use, in whatever order they were registered', () => {
  const registry = new Registry();
  registry.provide(A, (use) => [use(B), use(C), use(B)]);
  registry.provide(B, (use) => {
    use.after(A);
    return use(C);
  });
  registry.provide(C, () => ({}));
  registry.resolveAll();
  expect(Object.fromEntries(registry.edges())).toEqual({
    a: { uses: ['b', 'c'], after: [] },
    b: { uses: ['c'], after: ['a'] },
    c: { uses: [], after: [] },
  });
});

it('names a circle instead of overflowing the stack', () => {
  const registry = new Registry();
  registry.provide(A, (use) => use(B));
  registry.provide(B, (use) => use(C));
  registry.provide(C, (use) => use(B));
  expect(() => registry.resolveAll()).toThrow(DependencyCycle);
  expect(() => registry.resolveAll()).toThrow('b -> c -> b');
});

it('does not take what is resolved after a factory has failed for a circle', () => {
  const registry = new Registry();
  let fail = true;
  registry.provide(A, (use) => use(B));
  registry.provide(B, () => {
    if (fail) throw new Error('not yet');
    return 1;
  });
  expect(() => registry.resolveAll()).toThrow('not yet');
  fail = false;
  registry.resolveAll();
  expect(registry.get(A)).toBe(1);
});

it.each<[string, (use: Use) => void]>([
  ['use', (use) => use(B)],
  ['order', (use) => use.after(B)],
  ['order the other way round', (use) => use.before(B)],
])('refuses a %s after everything is built: its edge would be missing in the stop order', (_, late) => {
  const registry = new Registry();
  let kept: Use | undefined;
  registry.provide(A, (use) => {
    kept = use;
    return {};
  });
  registry.provide(B, () => ({}));
  registry.resolveAll();
  expect(() => late(kept as Use)).toThrow('a uses b after the wiring was sealed');
});

it('says which token is missing', () => {
  const registry = new Registry();
  registry.provide(A, (use) => use(D));
  expect(() => registry.resolveAll()).toThrow(/"d"/);
  for (const [order, said] of [
    ['after', 'a comes after d, which does not exist'],
    ['before', 'a comes before d, which does not exist'],
  ] as const) {
    const other = new Registry();
    other.provide(A, (use) => use[order](D));
    expect(() => other.resolveAll()).toThrow(UnknownDependency);
    expect(() => other.resolveAll()).toThrow(said);
  }
});

it('draws the graph of what starts or stops, through what does neither', () => {
  const registry = new Registry();
  component(registry, A, (use) => {
    use(B);
    use(D);
    return part('a');
  });
  registry.provide(B, (use) => ({ plain: use(C), too: use(D) }));
  registry.provide(C, (use) => ({ value: use(D) }));
  component(registry, D, () => part('d'));
  registry.resolveAll();
  const { components, dependencies } = registry.graph();
  expect(components.map(({ name }) => name)).toEqual(['a', 'd']);
  expect(Object.fromEntries(dependencies)).toEqual({ a: ['d'], d: [] });
});

it('orders what does not use each other: after means started after, before means started before', () => {
  const registry = new Registry();
  component(registry, A, (use) => {
    use.before(B);
    use(D);
    return part('a');
  });
  component(registry, B, () => part('b'));
  registry.provide(C, (use) => use.after(A));
  component(registry, D, () => part('d'));
  component(registry, token('e'), (use) => {
    use(C);
    return part('e');
  });
  registry.resolveAll();
  expect(Object.fromEntries(registry.graph().dependencies)).toEqual({ a: ['d'], b: ['a'], d: [], e: ['a'] });
});

it('has each component started and stopped once, however often it is told to', async () => {
  const registry = new Registry();
  const calls: string[] = [];
  component(registry, A, () => ({
    name: 'a',
    start: async () => void calls.push('start'),
    stop: async () => void calls.push('stop'),
  }));
  registry.resolveAll();
  const [a] = registry.graph().components;
  const deadline = Deadline.in(1_000);
  const { signal } = new AbortController();
  await Promise.all([a?.start?.(signal), a?.start?.(signal), a?.stop?.(deadline), a?.stop?.(deadline)]);
  deadline.clear();
  expect(calls).toEqual(['start', 'stop']);
});

it('keeps two registries apart', () => {
  const [one, two] = [new Registry(), new Registry()];
  one.provide(A, () => 1);
  two.provide(A, () => 2);
  expect([one.get(A), two.get(A)]).toEqual([1, 2]);
});
