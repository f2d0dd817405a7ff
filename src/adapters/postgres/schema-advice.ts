import { DatabaseError } from 'pg';
import type { Session } from './session';

/** What a role that a person has made by hand is often not allowed, and what we are told by its SQLSTATE alone. */
const INSUFFICIENT_PRIVILEGE = '42501';
const NO_SCHEMA = '3F000';
const READ_ONLY = '25006';

const STANDING = `
  select quote_ident(current_user) as role, quote_ident(current_database()) as database,
    quote_ident(current_schema()) as schema, has_schema_privilege(current_schema(), 'create') as creates,
    array(
      select format('alter table %s owner to %I', oid::regclass, current_user) from pg_class
      where oid in (to_regclass('jobs'), to_regclass('idempotency_keys'), to_regclass('lastcall_migration'))
        and not pg_has_role(relowner, 'usage')
    ) as foreign_tables`;

interface Standing {
  readonly role: string;
  readonly database: string;
  readonly schema: string | null;
  readonly creates: boolean | null;
  readonly foreign_tables: readonly string[];
}

/** The SQL that helps where a role may not do what a migration wants, for the database's owner; undefined where none does. */
export async function adviceFor(error: unknown, session: Session): Promise<string | undefined> {
  if (!(error instanceof DatabaseError)) return undefined;
  if (error.code === READ_ONLY) return 'this server takes no writes: it is a standby, or set to read-only';
  if (error.code !== INSUFFICIENT_PRIVILEGE && error.code !== NO_SCHEMA) return undefined;
  // The advice is worth less than the error: where it cannot be had, that one is told alone.
  const { rows } = await session.query<Standing>(STANDING).catch(() => ({ rows: [] }));
  const [standing] = rows;
  if (!standing) return undefined;
  const { role, database, schema, creates, foreign_tables } = standing;
  if (schema === null)
    return `what helps: alter role ${role} in database ${database} set search_path = public`;
  if (!creates) return `what helps: grant create on schema ${schema} to ${role}`;
  return foreign_tables.length > 0 ? `what helps: ${foreign_tables.join('; ')}` : undefined;
}
