import { resolve } from 'node:path';
import { EmbeddedPostgres } from '../adapters/embedded-postgres/embedded-postgres';
import { InMemoryIdempotencyKeys, InMemoryRepository } from '../adapters/memory/in-memory-repository';
import { PostgresPool } from '../adapters/postgres/connection/postgres-pool';
import { IDEMPOTENCY_KEYS, KyselyIdempotencyKeys } from '../adapters/postgres/intake/idempotency-keys-table';
import { KyselyRepository } from '../adapters/postgres/intake/kysely-repository';
import { schemaPartOf } from '../adapters/postgres/intake/resource-schema';
import type { ResourceRow, ResourceTable } from '../adapters/postgres/intake/resource-table';
import { PostgresSchema } from '../adapters/postgres/migrations/postgres-schema';
import type { Repository, Resource } from '../application/intake/repository';
import type { Config } from './config';
import type { Registry, Use } from './registry';
import type { StoreChoice } from './store-choice';
import { TOKENS as T } from './tokens';

/** The table of a resource, whatever its columns are. */
// biome-ignore lint/suspicious/noExplicitAny: a list holds tables of any resource, and each is used with its own alone.
export type AnyTable = ResourceTable<any, any>;

/** A place in which everything can be kept. */
export interface Store {
  /** Registers what it consists of; `T.idempotencyKeys` and `T.readiness` must be among it. */
  register(registry: Registry, config: Config, collected: { readonly tables: readonly AnyTable[] }): void;
  /** Where the resources of one kind are kept. */
  repository<R extends Resource, Row extends ResourceRow>(
    use: Use,
    table: ResourceTable<R, Row>,
  ): Repository<R>;
}

const postgres: Store = {
  register(registry, config, { tables }) {
    location(registry, config);
    registry.component(T.pool, (use) => {
      const pool = new PostgresPool(use(T.databaseLocation), config.postgres, use(T.log));
      use(T.metrics).connections.watchPool(() => pool.counts());
      return pool;
    });
    registry.component(
      T.schema,
      (use) =>
        new PostgresSchema(
          use(T.pool),
          [...tables.map((table) => schemaPartOf(table)), IDEMPOTENCY_KEYS],
          use(T.log),
        ),
    );
    registry.provide(T.idempotencyKeys, (use) => {
      use.after(T.schema);
      return new KyselyIdempotencyKeys(use(T.pool));
    });
    registry.provide(T.readiness, (use) => {
      const pool = use(T.pool);
      return { check: () => pool.check() };
    });
  },
  repository(use, table) {
    use.after(T.schema);
    return new KyselyRepository(use(T.pool), table);
  },
};

const memory: Store = {
  register(registry) {
    registry.provide(T.memory, (use) => {
      use(T.log).warn('everything is kept in memory, and lost at the exit');
      return new InMemoryIdempotencyKeys(use(T.clock));
    });
    registry.provide(T.idempotencyKeys, (use) => use(T.memory));
    registry.provide(T.readiness, () => ({ check: async () => {} }));
  },
  repository: (use) => new InMemoryRepository(use(T.memory)),
};

export const STORES: Readonly<Record<StoreChoice['kind'], Store>> = { postgres, embedded: postgres, memory };

/** Where the database is. */
function location(registry: Registry, { store, programEnvironment: env }: Config): void {
  if (store.kind === 'embedded') {
    const dataFolder = resolve(store.dataFolder);
    registry.component(
      T.embeddedPostgres,
      (use) => new EmbeddedPostgres({ dataFolder, env, log: use(T.log) }),
    );
    registry.provide(T.databaseLocation, (use) => {
      const embedded = use(T.embeddedPostgres);
      return { url: () => embedded.url(), whenUp: (signal) => embedded.whenUp(signal) };
    });
  }
  if (store.kind === 'postgres') {
    const { url, environment } = store;
    registry.provide(T.databaseLocation, () => ({ url: () => url, environment }));
  }
}
