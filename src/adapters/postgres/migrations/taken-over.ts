import { type Kysely, sql } from 'kysely';

/**
 * Makes a table that may have been there before fit. `columns` names those that have to be there, with the types that they
 * must have (as `format_type` says it).
 * @throws when the table is another program's, which would take the migration and then refuse every row.
 */
export async function requireColumns(
  db: Kysely<unknown>,
  table: string,
  columns: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(db);
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  for (const [column, wanted] of Object.entries(columns)) {
    const type = types.get(column) ?? 'missing';
    if (wanted.includes(type)) continue;
    throw new Error(
      `there is a table ${table} already, whose ${column} is ${type} and not ${wanted.join(' or ')}`,
    );
  }
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

/**
 * Tries whether the table takes `insert`, the longest row that there can be, and takes it back. A narrower column, a column
 * that must be given, a check, a rule of somebody else: the table's own refusal says it best.
 */
export async function requireRoom(
  db: Kysely<unknown>,
  table: string,
  insert: { execute(db: Kysely<unknown>): Promise<unknown> },
): Promise<void> {
  await sql`savepoint room`.execute(db);
  try {
    await insert.execute(db);
  } catch (error) {
    throw new Error(`the table ${table} does not take what has to go into it: ${(error as Error).message}`, {
      cause: error,
    });
  }
  await sql`rollback to savepoint room`.execute(db);
}
