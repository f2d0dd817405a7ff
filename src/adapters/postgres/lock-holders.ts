import type { Session } from './session';

/** Who holds our tables; a prepared transaction has no session. What a role may not see of others is null. */
const HOLDERS = `
  select distinct l.pid, a.usename as role, a.application_name as application, a.state,
    round(extract(epoch from now() - a.xact_start))::int as seconds, left(a.query, 200) as query
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.granted and l.pid is distinct from pg_backend_pid()
    and l.relation in (to_regclass('jobs'), to_regclass('idempotency_keys'), to_regclass('kysely_migration'),
      to_regclass('lastcall_migration'), to_regclass('lastcall_migration_lock'))
  order by seconds desc nulls last limit 5`;

/** One that has a lock on a table which a migration wants; `seconds` since its transaction began. */
export interface LockHolder {
  readonly pid: number | null;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
  readonly query: string | null;
}

export async function lockHolders(session: Session): Promise<readonly LockHolder[]> {
  return (await session.query<LockHolder>(HOLDERS)).rows;
}
