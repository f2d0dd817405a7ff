import type { Resource } from '../../../application/intake/repository';
import { IDEMPOTENCY_KEY_MAX_LENGTH, type IdempotencyKey } from '../../../domain/intake/idempotency-key';
import { DoesNotFit, type Run, type SchemaPart } from '../migrations/schema-part';
import { storedKey } from './idempotency-keys-table';
import { type Column, columnsOf, type ResourceRow, type ResourceTable } from './resource-table';

/** The longest keys; letter by letter they are not the same. */
const KEYS = ['k'.repeat(IDEMPOTENCY_KEY_MAX_LENGTH), 'K'.repeat(IDEMPOTENCY_KEY_MAX_LENGTH)];

/** What the table brings to the schema. */
export function schemaPartOf<R extends Resource, Row extends ResourceRow>(
  table: ResourceTable<R, Row>,
): SchemaPart {
  const { statements } = table;
  const texts = Object.values<Column<R>>(table.columns).filter(({ type }) => type === 'text');
  return {
    table: table.name,
    migrations: table.migrations,
    privileges: ['select', 'insert'],
    async tryOut(run: Run): Promise<void> {
      const resources = table.specimens();
      await run(statements.insert, columnsOf(table, resources));
      const rows = await run(statements.findAll, [resources.map(({ id }) => id)]);
      const found = new Map(rows.map((row) => [row.id, table.toResource(row)]));
      for (const resource of resources) {
        const there = found.get(resource.id);
        if (!there) throw new DoesNotFit(String(texts[0]?.value(resource) ?? resource.id), undefined);
        for (const { value } of texts) {
          const given = String(value(resource));
          const back = String(value(there));
          if (back !== given) throw new DoesNotFit(given, back);
        }
      }
    },
    async tryOutKeys(run: Run): Promise<void> {
      const keys = KEYS.map((key) => storedKey({ scope: table.scope, key: key as IdempotencyKey }));
      const resources = keys.map(() => table.specimens()[0]);
      const fingerprints = keys.map(() => 'fingerprint');
      await run(statements.insertWithKeys, [...columnsOf(table, resources), keys, fingerprints]);
      const rows = await run(statements.findByKeys, [keys, fingerprints]);
      const same = new Set(rows.filter((row) => row._same).map((row) => row._position));
      for (const [index, key] of keys.entries())
        if (!same.has(index + 1)) throw new DoesNotFit(key, undefined);
    },
  };
}
