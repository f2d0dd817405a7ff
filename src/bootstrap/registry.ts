import { container, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import type { Component } from '../application/lifecycle/component';
import type { ComponentGraph } from '../application/lifecycle/component-graph';
import { DependencyCycle } from '../domain/errors';
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

/** Gives a factory what it depends on. */
export type Use = <T>(token: Token<T>) => T;

/**
 * The composition root's register. What a factory asks for through `use` is resolved by tsyringe *and* recorded, so
 * that the stop order follows from the wiring and is listed nowhere by hand.
 *
 * Measured of tsyringe 4.10: its `dispose()` disposes dependencies before their dependents and skips what factories
 * made, and a cycle of factories ends as a stack overflow. So it resolves and caches here, and nothing more.
 */
export class Registry {
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #edges = new Map<string, Set<string>>();
  readonly #tokens: Token<unknown>[] = [];
  readonly #path: string[] = [];
  #sealed = false;

  /** Registers the factory of `token`; it runs once, when something first uses it. */
  component<T>(token: Token<T>, factory: (use: Use) => T): void {
    if (this.#edges.has(token.name)) throw new Error(`${token.name} is registered twice`);
    this.#tokens.push(token);
    this.#edges.set(token.name, new Set());
    const build = (): T => {
      const built = this.#onPath(token.name, () =>
        factory((dependency) => this.#use(token.name, dependency)),
      );
      if (isComponent(built)) checkComponent(built, token.name);
      return built;
    };
    this.#container.register(token.name, { useFactory: instanceCachingFactory(build) });
  }

  /**
   * Builds everything, and then seals `use`: an edge that came later would be missing in the stop order.
   * @throws {DependencyCycle} naming the circle.
   */
  resolveAll(): void {
    for (const token of this.#tokens) this.get(token);
    this.#sealed = true;
  }

  get<T>(token: Token<T>): T {
    return this.#container.resolve<T>(token.name);
  }

  /** Everything that was registered, with what it uses directly. Complete after {@link resolveAll}. */
  dependencies(): Dependencies {
    return new Map([...this.#edges].map(([name, uses]) => [name, [...uses]]));
  }

  /** What has a start or a stop, and on which of its like each depends, directly or through what has none. */
  graph(): ComponentGraph {
    const components = this.#tokens.map((token) => this.get(token)).filter(isComponent);
    const names = new Set(components.map(({ name }) => name));
    const nearest = (name: string): string[] =>
      [...(this.#edges.get(name) ?? [])].flatMap((used) => (names.has(used) ? [used] : nearest(used)));
    const dependencies = new Map(components.map(({ name }) => [name, [...new Set(nearest(name))]]));
    return { components, dependencies };
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

  #use<T>(user: string, dependency: Token<T>): T {
    if (this.#sealed) throw new Error(`${user} uses ${dependency.name} after the wiring was sealed`);
    const start = this.#path.indexOf(dependency.name);
    if (start >= 0) throw new DependencyCycle([...this.#path.slice(start), dependency.name].join(' -> '));
    this.#edges.get(user)?.add(dependency.name);
    return this.get(dependency);
  }
}

/** Whatever says that it starts or stops is one, whether it does so rightly or not. */
function isComponent(value: unknown): value is Component {
  const { start, stop } = (value ?? {}) as Partial<Component>;
  return start !== undefined || stop !== undefined;
}

/** Without its name, or with a step that cannot be called, it would silently never be started or stopped. */
function checkComponent(component: Component, registeredAs: string): void {
  const name = component.name || 'without a name';
  if (name !== registeredAs) throw new Error(`the component ${name} is registered as ${registeredAs}`);
  for (const step of ['start', 'stop'] as const) {
    if (component[step] !== undefined && typeof component[step] !== 'function')
      throw new Error(`${step} of the component ${name} is not a function`);
  }
}
