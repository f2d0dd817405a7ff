import { prepared } from '../intake/statements';

/** `for update`, by which keys are forgotten, wants the privilege to update. Of some columns is enough, where there is such. */
export const LACKING = prepared('schema_privileges', {
  sql: `with wanted (name, privilege) as (
      values ('jobs', 'select'), ('jobs', 'insert'), ('idempotency_keys', 'select'), ('idempotency_keys', 'insert'),
        ('idempotency_keys', 'update'), ('idempotency_keys', 'delete')
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
    from lacking order by name`,
});

export interface Lacking {
  readonly name: string;
  /** Null where there is no such table. */
  readonly grant: string | null;
}

/** @throws with the SQL that helps, for each of the tables. */
export function requireNothing(lacking: readonly Lacking[], migrationTable: string): void {
  const missing = lacking.filter(({ grant }) => grant === null).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(
      `${migrationTable} says that ${missing.join(' and ')} was made, and it is not there; what helps, to have it made ` +
        `again: delete from ${migrationTable}`,
    );
  }
  if (lacking.length > 0) {
    const grants = lacking.map(({ grant }) => grant).join('; ');
    throw new Error(`the role lacks privileges on the tables; what helps: ${grants}`);
  }
}
