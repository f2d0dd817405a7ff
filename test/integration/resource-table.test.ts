import { randomUUID } from 'node:crypto';
import type { Migration } from 'kysely';
import { KyselyRepository } from '../../src/adapters/postgres/intake/kysely-repository';
import { schemaPartOf } from '../../src/adapters/postgres/intake/resource-schema';
import { type ResourceRow, resourceTable } from '../../src/adapters/postgres/intake/resource-table';
import { PostgresSchema } from '../../src/adapters/postgres/migrations/postgres-schema';
import type { Resource } from '../../src/application/intake/repository';
import { aKey, NEVER } from '../contract/jobs';
import { SCHEMA_PARTS } from '../support/jobs-in-postgres';
import { postgresFixture } from './postgres-fixture';

const fixture = postgresFixture();

/** A place in a list, whose columns are called as those that come with a key. */
interface Place extends Resource {
  readonly key: string;
  readonly fingerprint: string;
  readonly position: number;
}
type PlaceRow = ResourceRow & Pick<Place, 'key' | 'fingerprint' | 'position'>;

const aPlace = (): Place => ({
  id: randomUUID(),
  key: 'its own',
  fingerprint: 'its own, too',
  position: 7,
  createdAt: new Date('2026-02-03T04:05:06.789Z'),
});

const places: Migration = {
  up: async (db) => {
    await db.schema
      .createTable('places')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('key', 'text')
      .addColumn('fingerprint', 'text')
      .addColumn('position', 'integer')
      .addColumn('created_at', 'timestamptz')
      .execute();
  },
};

const PLACES = resourceTable<Place, PlaceRow>({
  name: 'places',
  scope: 'places',
  columns: {
    id: { type: 'uuid', value: ({ id }) => id },
    key: { type: 'text', value: ({ key }) => key },
    fingerprint: { type: 'text', value: ({ fingerprint }) => fingerprint },
    position: { type: 'integer', value: ({ position }) => position },
    created_at: { type: 'timestamptz', value: ({ createdAt }) => createdAt },
  },
  toResource: ({ created_at: createdAt, ...rest }) => ({ ...rest, createdAt }),
  migrations: { '0003-places': places },
  specimens: () => [aPlace()],
});

const PARTS = [...SCHEMA_PARTS, schemaPartOf(PLACES)];

it('takes a resource whose columns are called as those that come with a key', async () => {
  const database = await fixture().migrated();
  await new PostgresSchema(database, PARTS, fixture().log).start(NEVER);
  const repository = new KyselyRepository(database, PLACES);
  const claim = { scope: 'places', key: aKey(), fingerprint: 'the request' };
  const [first, second] = [aPlace(), aPlace()];
  expect(await repository.storeBatch([{ resource: first, claim }], NEVER)).toEqual([
    { resource: first, replayed: false },
  ]);
  expect(await repository.storeBatch([{ resource: second, claim }], NEVER)).toEqual([
    { resource: first, replayed: true },
  ]);
  expect(await repository.findAll([first.id, second.id], NEVER)).toEqual([first]);
});

it('is refused at the start where its keys, which are longer by its scope, have no room', async () => {
  await fixture().onlooker.query(
    'create table idempotency_keys (key varchar(255) primary key, job_id uuid not null, fingerprint bytea not null)',
  );
  const database = await fixture().migrated();
  await expect(new PostgresSchema(database, PARTS, fixture().log).start(NEVER)).rejects.toThrow(
    'the table idempotency_keys does not take what has to go into it',
  );
  expect(await fixture().onlooker.query("select 1 from pg_class where relname = 'places'")).toEqual([]);
});

it('is refused at the start where its rows do not stay', async () => {
  const database = await fixture().migrated();
  const { onlooker, log } = fixture();
  await onlooker.query(`create table places (id uuid primary key, key text, fingerprint text, position int, created_at timestamptz);
    create function drop_it() returns trigger language plpgsql as 'begin return null; end';
    create trigger drops before insert on places for each row execute function drop_it()`);
  const there: Migration = { up: async () => {} };
  const part = { ...schemaPartOf(PLACES), migrations: { '0003-places': there } };
  await expect(new PostgresSchema(database, [...SCHEMA_PARTS, part], log).start(NEVER)).rejects.toThrow(
    'the table places does not take what has to go into it: "its own" was stored, and is not there',
  );
});
