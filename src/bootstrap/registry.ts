import 'reflect-metadata';
import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import type { Component } from '../application/lifecycle/component';
import type { ComponentGraph } from '../application/lifecycle/component-graph';
import { singleFlight } from '../application/lifecycle/single-flight';
import { DependencyCycle, UnknownDependency } from '../domain/lifecycle/errors';
import type { Dependencies } from '../domain/lifecycle/stop-order';

/** The name of something in the container, with its type. */
export interface Token<T> {
  readonly name: string;
  /** Never set: it carries the type. */
  readonly type?: T;
}

export function token<T>(name: string): Token<T> {
  return { name };
}

/** Gives a factory what it depends on; or says what it does not depend on, but must come after or before. */
export interface Use {
  <T>(token: Token<T>): T;
  /** Starts after it, and so stops before it, as `After=` of systemd.unit(5). */
  after(token: Token<unknown>): void;
  /** Starts before it, and so stops after it, as `Before=` of systemd.unit(5). */
  before(token: Token<unknown>): void;
}

interface Registered {
  readonly token: Token<unknown>;
  readonly kind: 'value' | 'component';
  readonly uses: Set<string>;
  readonly after: Set<string>;
}

/**
 * The composition root's register. What a factory asks for through `use` is resolved by tsyringe *and* recorded, so
 * that the stop order follows from the wiring and is listed nowhere by hand.
 *
 * Measured of tsyringe 4.10: its `dispose()` disposes dependencies before their dependents and skips what factories
 * made, and a cycle of factories ends as a stack overflow. So it resolves and caches here, and nothing more.
 */
export class Registry {
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #registered = new Map<string, Registered>();
  readonly #single = new Map<string, Component>();
  readonly #path: string[] = [];
  #sealed = false;

  /** Registers the factory of a value, which neither starts nor stops; it runs once, when something first uses it. */
  provide<T>(token: Token<T>, factory: (use: Use) => T): void {
    this.#register(token, 'value', factory);
  }

  /** Registers the factory of a component, which bears the token's name. */
  component<T extends Component>(token: Token<T>, factory: (use: Use) => T): void {
    this.#register(token, 'component', factory);
  }

  /**
   * Builds everything, and then seals `use`: an edge that came later would be missing in the stop order.
   * @throws {DependencyCycle} naming a circle of uses; one of mere order the coordinator finds. {@link UnknownDependency} for
   *   what must come after what is not there.
   */
  resolveAll(): void {
    for (const { token } of this.#registered.values()) this.get(token);
    for (const [name, { after }] of this.#registered) {
      for (const other of after) {
        if (!this.#registered.has(other))
          throw new UnknownDependency(`${name} comes after ${other}, which does not exist`);
      }
    }
    this.#sealed = true;
  }

  has(token: Token<unknown>): boolean {
    return this.#registered.has(token.name);
  }

  get<T>(token: Token<T>): T {
    return this.#container.resolve<T>(token.name);
  }

  /** Everything that was registered, with what it uses directly, and what it comes after besides. Complete after {@link resolveAll}. */
  edges(): ReadonlyMap<string, { readonly uses: readonly string[]; readonly after: readonly string[] }> {
    return new Map(
      [...this.#registered].map(([name, { uses, after }]) => [name, { uses: [...uses], after: [...after] }]),
    );
  }

  /** What starts or stops, once each, and on which of its like each depends, directly or through values. */
  graph(): ComponentGraph {
    const components = [...this.#registered.values()].filter(({ kind }) => kind === 'component');
    const names = new Set(components.map(({ token }) => token.name));
    const nearest = (name: string, seen = new Set<string>()): string[] => {
      if (seen.has(name)) return [];
      seen.add(name);
      const { uses = [], after = [] } = this.#registered.get(name) ?? {};
      return [...uses, ...after].flatMap((used) => (names.has(used) ? [used] : nearest(used, seen)));
    };
    const dependencies: Dependencies = new Map([...names].map((name) => [name, [...new Set(nearest(name))]]));
    return { components: components.map(({ token }) => this.#once(token)), dependencies };
  }

  #register<T>(token: Token<T>, kind: Registered['kind'], factory: (use: Use) => T): void {
    const { name } = token;
    if (this.#registered.has(name)) throw new Error(`${name} is registered twice`);
    this.#registered.set(name, { token, kind, uses: new Set(), after: new Set() });
    const build = (): T => {
      const built = this.#onPath(name, () => factory(this.#useOf(name)));
      checkKind(built, name, kind);
      return built;
    };
    this.#container.register(name, { useFactory: instanceCachingFactory(build) });
  }

  #useOf(user: string): Use {
    const use = <T>(dependency: Token<T>): T => {
      this.#requireOpen(user, dependency);
      const start = this.#path.indexOf(dependency.name);
      if (start >= 0) throw new DependencyCycle([...this.#path.slice(start), dependency.name].join(' -> '));
      this.#registered.get(user)?.uses.add(dependency.name);
      return this.get(dependency);
    };
    const after = (other: Token<unknown>) => {
      this.#requireOpen(user, other);
      this.#registered.get(user)?.after.add(other.name);
    };
    const before = (other: Token<unknown>) => {
      this.#requireOpen(user, other);
      const later = this.#registered.get(other.name);
      if (!later) throw new UnknownDependency(`${user} comes before ${other.name}, which does not exist`);
      later.after.add(user);
    };
    return Object.assign(use, { after, before });
  }

  #requireOpen(user: string, other: Token<unknown>): void {
    if (this.#sealed) throw new Error(`${user} uses ${other.name} after the wiring was sealed`);
  }

  /** The path is left also when a factory throws: what is resolved next must not be taken for a circle. */
  #onPath<T>(name: string, build: () => T): T {
    this.#path.push(name);
    try {
      return build();
    } finally {
      this.#path.pop();
    }
  }

  /** The component, started once and stopped once whoever asks for it. */
  #once(token: Token<unknown>): Component {
    const known = this.#single.get(token.name) ?? singleFlight(this.get(token as Token<Component>));
    this.#single.set(token.name, known);
    return known;
  }
}

/**
 * Under another name, with a step that cannot be called, or registered as a value, it would silently never be started or
 * stopped.
 */
function checkKind(built: unknown, registeredAs: string, kind: Registered['kind']): void {
  const { name, start, stop } = (built ?? {}) as Partial<Component>;
  if (kind === 'value') {
    if (start === undefined && stop === undefined) return;
    throw new Error(`${registeredAs} starts or stops, and is registered as a value`);
  }
  const called = name || 'without a name';
  if (called !== registeredAs) throw new Error(`the component ${called} is registered as ${registeredAs}`);
  for (const [step, value] of Object.entries({ start, stop })) {
    if (value !== undefined && typeof value !== 'function')
      throw new Error(`${step} of the component ${called} is not a function`);
  }
}
