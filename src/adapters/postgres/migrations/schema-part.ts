import type { Migration } from 'kysely';
import type { QueryResultRow } from 'pg';
import type { PreparedStatement } from '../connection/prepared-statement';

/** Runs a statement in the transaction that a migration has. */
export type Run = <Row extends QueryResultRow>(
  statement: PreparedStatement<Row>,
  values: readonly unknown[],
) => Promise<readonly Row[]>;

/** What a table brings to the schema. */
export interface SchemaPart {
  readonly table: string;
  /**
   * By name. They run in the order of all parts' names, each once for a database, and take over what is there: a table made
   * by another role is only looked at.
   */
  readonly migrations: Readonly<Record<string, Migration>>;
  /** Without which the service cannot work. */
  readonly privileges: readonly ('select' | 'insert' | 'update' | 'delete')[];
  /**
   * Stores what has to fit by the service's own statements, and reads it again; all of it is taken back.
   * @throws {DoesNotFit} when something else comes back, and the database's own error.
   */
  tryOut(run: Run, parts: readonly SchemaPart[]): Promise<void>;
  /** The same with rows that have the longest keys. */
  tryOutKeys?(run: Run): Promise<void>;
}

/** What was stored does not come back as it was. */
export class DoesNotFit extends Error {
  constructor(given: string, found: string | undefined) {
    const short = (text: string) => JSON.stringify([...text].slice(0, 10).join(''));
    super(
      found === undefined
        ? `${short(given)} was stored, and is not there (a trigger, a rule, or a policy?)`
        : `${short(given)} was stored, and comes back as ${short(found)}`,
    );
    this.name = 'DoesNotFit';
  }
}

/** All parts' migrations by name. @throws where two have the same one. */
export function allMigrations(parts: readonly SchemaPart[]): Readonly<Record<string, Migration>> {
  const all: Record<string, Migration> = {};
  for (const [name, migration] of parts.flatMap(({ migrations }) => Object.entries(migrations))) {
    if (name in all) throw new Error(`two migrations are called ${name}`);
    all[name] = migration;
  }
  return all;
}

/** Where it is written down which of them have run. Not Kysely's own names: another program with Kysely may use those. */
export const MIGRATION_TABLE = 'lastcall_migration';
export const MIGRATION_LOCK_TABLE = 'lastcall_migration_lock';

/** The tables of the parts, and those of the migrations themselves. */
export function allTables(parts: readonly SchemaPart[]): readonly string[] {
  return [...parts.map(({ table }) => table), MIGRATION_TABLE, MIGRATION_LOCK_TABLE];
}
