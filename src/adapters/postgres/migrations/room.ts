import { randomUUID } from 'node:crypto';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { DatabaseError } from 'pg';
import type { PreparedStatement } from '../connection/named-statements';
import { FIND_BY_KEYS, FIND_JOBS, INSERT_JOBS, INSERT_JOBS_WITH_KEYS } from '../intake/statements';
import { isInTheWay } from './migration-lock';

/** The longest name, one that occurs twice, and some that differ in what a check or a trigger might look at. */
const NAMES = ['\u{1F514}'.repeat(255), 'a', 'a', 'A', ' \u00E4\u0301\u3042 ', `'"\\%`];

/** The longest keys; letter by letter they are not the same. */
const KEYS = ['k'.repeat(255), 'K'.repeat(255)];

/** SQLSTATE string_data_right_truncation. */
const TOO_LONG = '22001';

/** A table that was there before us cannot hold every job, or every key. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/**
 * Stores jobs and keys by the service's own statements, reads them again, and takes them back. A narrower column, a column
 * that must be given, a check, a trigger, a policy: the table's own refusal says it best.
 *
 * Nothing is left of it but numbers that a sequence has given out, and what a trigger does outside of the database.
 *
 * @throws {NoRoom} with the table's name and its reason.
 */
export async function requireRoom(db: Kysely<unknown>): Promise<void> {
  const run = <R>({ sql: text }: PreparedStatement, values: unknown[]) =>
    db.executeQuery<R>(CompiledQuery.raw(text, values));
  const jobs = (names: readonly string[]) => [
    names.map(() => randomUUID()),
    names,
    names.map(() => new Date()),
  ];

  await inVain('jobs', async () => {
    const [ids, ...rest] = jobs(NAMES);
    await run(INSERT_JOBS, [ids, ...rest]);
    const { rows } = await run<{ id: string; name: string }>(FIND_JOBS, [ids]);
    const found = new Map(rows.map(({ id, name }) => [id, name]));
    for (const [index, name] of NAMES.entries()) expectSame(name, found.get(String(ids?.[index])));
  });
  await inVain('idempotency_keys', async () => {
    const names = KEYS.map(() => 'a');
    await run(INSERT_JOBS_WITH_KEYS, [...jobs(names), KEYS]);
    const { rows } = await run<{ position: number; same: boolean }>(FIND_BY_KEYS, [KEYS, names]);
    for (const [index, key] of KEYS.entries()) {
      const row = rows.find(({ position }) => position === index + 1);
      expectSame(key, row?.same ? key : undefined);
    }
  });

  async function inVain(table: string, work: () => Promise<void>): Promise<void> {
    const takeBack = () => sql`rollback to savepoint room`.execute(db);
    await sql`savepoint room`.execute(db);
    try {
      // What a constraint or a trigger has put off until the commit would never come.
      await sql`set constraints all immediate`.execute(db);
      await work();
    } catch (error) {
      const isRefusal = error instanceof DatabaseError || error instanceof NotSame;
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
      where attrelid = ${table}::regclass and attname in ('name', 'key') and atttypmod > 0`.execute(db);
    return rows.map(({ column }) => column).join(', ');
  }
}

class NotSame extends Error {}

function expectSame(given: string, found: string | undefined): void {
  if (found === given) return;
  const short = (text: string) => JSON.stringify([...text].slice(0, 10).join(''));
  throw new NotSame(
    found === undefined
      ? `${short(given)} was stored, and is not there (a trigger, a rule, or a policy?)`
      : `${short(given)} was stored, and comes back as ${short(found)}`,
  );
}
