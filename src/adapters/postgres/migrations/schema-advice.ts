import { DatabaseError } from 'pg';
import type { Session } from '../connection/session';

/** What a role that a person has made by hand is often not allowed, and what we are told by its SQLSTATE alone. */
const INSUFFICIENT_PRIVILEGE = '42501';
const NO_SCHEMA = '3F000';
const READ_ONLY = '25006';

/** A schema that a role may not use is passed over in its search path, as one that does not exist. */
const STANDING = `
  select quote_ident(current_user) as role, quote_ident(current_database()) as database,
    quote_ident(current_schema()) as schema, has_schema_privilege(current_schema(), 'create') as creates,
    (
      select quote_ident(nspname) from pg_namespace
      join regexp_split_to_table(current_setting('search_path'), '\\s*,\\s*') with ordinality as path (name, position)
        on nspname = replace(trim(both '"' from name), '$user', current_user)
      where not has_schema_privilege(pg_namespace.oid, 'usage') order by position limit 1
    ) as closed,
    array(
      select format('alter table %I.%I owner to %I', nspname, relname, current_user)
      from unnest($1::text[]) with ordinality as needed (name, position)
      join pg_class on pg_class.oid = to_regclass(needed.name)
      join pg_namespace on pg_namespace.oid = relnamespace
      where not pg_has_role(relowner, 'usage') order by position
    ) as foreign_tables`;

interface Standing {
  readonly role: string;
  readonly database: string;
  readonly schema: string | null;
  readonly creates: boolean | null;
  readonly closed: string | null;
  readonly foreign_tables: readonly string[];
}

/** The SQL that helps where a role may not do what a migration wants, for the database's owner; undefined where none does. */
export async function adviceFor(
  error: unknown,
  session: Session,
  tables: readonly string[],
): Promise<string | undefined> {
  if (!(error instanceof DatabaseError)) return undefined;
  if (error.code === READ_ONLY) {
    return 'this server takes no writes: it is a standby, or set to read-only (alter database ... reset default_transaction_read_only)';
  }
  if (error.code !== INSUFFICIENT_PRIVILEGE && error.code !== NO_SCHEMA) return undefined;
  // The advice is worth less than the error: where it cannot be had, that one is told alone.
  const { rows } = await session.query<Standing>(STANDING, [tables]).catch(() => ({ rows: [] }));
  const [standing] = rows;
  return standing && sqlFor(standing);
}

function sqlFor({ role, database, schema, creates, closed, foreign_tables }: Standing): string | undefined {
  if (schema === null && closed !== null)
    return `what helps: grant usage, create on schema ${closed} to ${role}`;
  if (schema === null)
    return `what helps: alter role ${role} in database ${database} set search_path = public`;
  // Whether it is the schema or a table that is somebody else's, the SQLSTATE does not tell.
  const grants = creates ? [] : [`grant create on schema ${schema} to ${role}`];
  const help = [...grants, ...foreign_tables].join('; ');
  return help === '' ? undefined : `what helps: ${help}`;
}
