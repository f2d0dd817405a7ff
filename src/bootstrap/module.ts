import type { ProblemType } from '../adapters/koa/edge/problem';
import type { RouteGroup } from '../adapters/koa/edge/routes';
import type { MetricFamily } from '../adapters/observability/metrics/metric-family';
import type { ResourceRow, ResourceTable } from '../adapters/postgres/intake/resource-table';
import type { Repository, Resource } from '../application/intake/repository';
import type { Config } from './config';
import type { Registry, Token, Use } from './registry';
import { type AnyTable, STORES } from './stores';

/** What a module brings, and the runtime collects. Everything is told before anything is built. */
export interface ModuleKit {
  readonly config: Config;
  /** Registers what neither starts nor stops. */
  readonly provide: Registry['provide'];
  /** Registers what starts or stops: where it stands in the order follows from what it uses. */
  readonly component: Registry['component'];
  /** Routes, with their descriptions. What the factory uses is used by the HTTP server, and so stops after it. */
  routes(factory: (use: Use) => RouteGroup): void;
  /** What the routes may be answered with besides what any route may. */
  problems(types: readonly ProblemType[]): void;
  /** Where a resource is kept, in whichever store was chosen; `table` is what it is in Postgres, with its migrations. */
  repository<R extends Resource, Row extends ResourceRow>(
    token: Token<Repository<R>>,
    table: ResourceTable<R, Row>,
  ): void;
  /** Figures for `/metrics`. */
  metrics(families: readonly MetricFamily[]): void;
}

/** A resource, a worker: something that the service does, told apart from how a service is run. */
export interface Module {
  readonly name: string;
  readonly register: (kit: ModuleKit) => void;
}

export function defineModule(name: string, register: (kit: ModuleKit) => void): Module {
  return { name, register };
}

/** What all modules bring. */
export interface Collected {
  readonly routes: readonly ((use: Use) => RouteGroup)[];
  readonly problems: readonly ProblemType[];
  readonly tables: readonly AnyTable[];
  readonly metrics: readonly MetricFamily[];
}

/**
 * Has each module register its parts in `registry`, and collects the rest.
 * @throws where two modules, or the tables of two, have one name, or one scope of idempotency keys.
 */
export function collect(modules: readonly Module[], config: Config, registry: Registry): Collected {
  const routes: ((use: Use) => RouteGroup)[] = [];
  const problems: ProblemType[] = [];
  const tables: AnyTable[] = [];
  const metrics: MetricFamily[] = [];
  const kit: ModuleKit = {
    config,
    provide: registry.provide.bind(registry),
    component: registry.component.bind(registry),
    routes: (factory) => void routes.push(factory),
    problems: (types) => void problems.push(...types),
    repository: (token, table) => {
      tables.push(table);
      registry.provide(token, (use) => STORES[config.store.kind].repository(use, table));
    },
    metrics: (families) => void metrics.push(...families),
  };
  for (const { register } of modules) register(kit);
  requireDistinct(
    'modules',
    modules.map(({ name }) => name),
  );
  requireDistinct(
    'tables',
    tables.map(({ name }) => name),
  );
  requireDistinct(
    'scopes of keys',
    tables.map(({ scope }) => scope),
  );
  return { routes, problems, tables, metrics };
}

/** @throws naming what occurs twice: the one would silently stand for the other. */
export function requireDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two ${what} are called "${twice}"`);
}
