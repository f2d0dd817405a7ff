import { type Kysely, sql } from 'kysely';

/** Whether statements that name the table find one, in whichever schema of the search path. */
export async function isThere(db: Kysely<unknown>, table: string): Promise<boolean> {
  const { rows } = await sql`select where to_regclass(${table}) is not null`.execute(db);
  return rows.length > 0;
}

/**
 * The types of the table's columns by their names, as `format_type` says them.
 * @throws when it is a view or the like.
 */
export async function columnsOf(db: Kysely<unknown>, table: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ name: string; type: string; isTable: boolean }>`
    select attname as name, format_type(atttypid, null) as type, relkind in ('r', 'p') as "isTable"
    from pg_attribute join pg_class on attrelid = pg_class.oid
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(db);
  if (rows[0]?.isTable === false) throw new Error(`there is a ${table} already, which is not a table`);
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** @throws when the table is another program's, which would take the migration and then refuse every row. */
export function requireTypes(
  table: string,
  columns: ReadonlyMap<string, string>,
  wanted: Readonly<Record<string, readonly string[]>>,
): void {
  const wrong = Object.entries(wanted)
    .map(([column, types]) => ({ column, types, type: columns.get(column) ?? 'missing' }))
    .filter(({ types, type }) => !types.includes(type))
    .map(({ column, types, type }) => `whose ${column} is ${type} and not ${types.join(' or ')}`);
  if (wrong.length > 0) throw new Error(`there is a table ${table} already, ${wrong.join(', and ')}`);
}

/** Gives the table a unique index on `column` where `on conflict (column)` would find none: complete, and on it alone. */
export async function requireUnique(db: Kysely<unknown>, table: string, column: string): Promise<void> {
  const { rows } = await sql`
    select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = ${table}::regclass and attname = ${column} and indnkeyatts = 1
      and indisunique and indisvalid and indpred is null`.execute(db);
  if (rows.length > 0) return;
  await db.schema.createIndex(`${table}_${column}`).unique().on(table).column(column).execute();
}

/** Gives the table an index that begins with `column` where it has none, and is ours to have one. */
export async function provideIndex(db: Kysely<unknown>, table: string, column: string): Promise<void> {
  const { rows } = await sql`
    select from pg_class where oid = ${table}::regclass and pg_has_role(relowner, 'usage') and not exists (
      select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = pg_class.oid and attname = ${column} and indisvalid and indpred is null)`.execute(db);
  if (rows.length > 0) await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute();
}
