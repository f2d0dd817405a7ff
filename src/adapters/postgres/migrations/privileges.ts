import { type CompiledQuery, sql } from 'kysely';
import { compiler, prepared } from '../connection/prepared-statement';
import { MIGRATION_TABLE, type SchemaPart } from './schema-part';

/** A table that is not there, or on which the role lacks a privilege. */
export interface Lacking {
  readonly name: string;
  /** The SQL that helps. Null where there is no such table. */
  readonly grant: string | null;
}

/** What is lacking of all that the parts need. */
export function lackingStatement(parts: readonly SchemaPart[]) {
  const wanted = parts.flatMap(({ table, privileges }) =>
    privileges.map((privilege) => sql`(${sql.lit(table)}, ${sql.lit(privilege)})`),
  );
  const query: CompiledQuery<Lacking> = sql<Lacking>`
    with wanted (name, privilege) as (
      values ${sql.join(wanted)}
    ), lacking as (
      select name, to_regclass(name) as oid, string_agg(privilege, ', ') as privileges from wanted
      where to_regclass(name) is null or not case privilege
        when 'delete' then has_table_privilege(to_regclass(name), privilege)
        else has_any_column_privilege(to_regclass(name), privilege) end
      group by name
    )
    select name, (
        select format('grant %s on %I.%I to %I', privileges, nspname, relname, current_user)
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace where pg_class.oid = lacking.oid
      ) as grant
    from lacking order by name`.compile(compiler);
  return prepared('schema_privileges', query, { isRepeatable: true });
}

/** @throws with the SQL that helps, for each of the tables. */
export function requireNothing(lacking: readonly Lacking[]): void {
  const missing = lacking.filter(({ grant }) => grant === null).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(
      `${MIGRATION_TABLE} says that ${missing.join(' and ')} was made, and it is not there; what helps, to have it made ` +
        `again: delete from ${MIGRATION_TABLE}`,
    );
  }
  if (lacking.length > 0) {
    const grants = lacking.map(({ grant }) => grant).join('; ');
    throw new Error(`the role lacks privileges on the tables; what helps: ${grants}`);
  }
}
