import { CompiledQuery, type Kysely, sql } from 'kysely';
import { DatabaseError } from 'pg';
import { isInTheWay } from './migration-lock';
import { DoesNotFit, type Run, type SchemaPart } from './schema-part';

/** SQLSTATE string_data_right_truncation. */
const TOO_LONG = '22001';

/** A table that was there before us cannot hold every row that may have to go into it. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/**
 * Stores rows by the service's own statements, reads them again, and takes them back. A narrower column, a column that must be
 * given, a check, a trigger, a policy: the table's own refusal says it best.
 *
 * Nothing is left of it but numbers that a sequence has given out, and what a trigger does outside of the database.
 *
 * @throws {NoRoom} with the table's name and its reason.
 */
export async function requireRoom(db: Kysely<unknown>, parts: readonly SchemaPart[]): Promise<void> {
  const run: Run = async ({ sql: text }, values) => {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
    // The database's answer to a statement has the type of the statement's rows.
    return rows as never;
  };
  for (const part of parts) await inVain(part);

  async function inVain({ table, tryOut }: SchemaPart): Promise<void> {
    const takeBack = () => sql`rollback to savepoint room`.execute(db);
    await sql`savepoint room`.execute(db);
    try {
      // What a constraint or a trigger has put off until the commit would never come.
      await sql`set constraints all immediate`.execute(db);
      await tryOut(run, parts);
    } catch (error) {
      const isRefusal = error instanceof DatabaseError || error instanceof DoesNotFit;
      if (!isRefusal || isInTheWay(error)) throw error;
      await takeBack();
      const columns = 'code' in error && error.code === TOO_LONG ? ` (${await narrowColumns(table)})` : '';
      const reason = `${error.message}${columns}`;
      throw new NoRoom(`the table ${table} does not take what has to go into it: ${reason}`, {
        cause: error,
      });
    }
    await takeBack();
  }

  /** The one error that does not say which column it is. */
  async function narrowColumns(table: string): Promise<string> {
    const { rows } = await sql<{ column: string }>`
      select format('%s is %s', attname, format_type(atttypid, atttypmod)) as column from pg_attribute
      where attrelid = ${table}::regclass and atttypid in ('varchar'::regtype, 'bpchar'::regtype) and atttypmod > 0
      order by attnum`.execute(db);
    return rows.map(({ column }) => column).join(', ');
  }
}
