import type { Session } from '../connection/session';
import { MIGRATION_LOCK } from './migration-lock';

/** A prepared transaction has no session. What a role may not see of others is null. */
const holders = (condition: string) => `
  select distinct l.pid, a.usename as role, a.application_name as application, a.state,
    round(extract(epoch from now() - a.xact_start))::int as seconds, left(a.query, 200) as query
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.granted and l.pid is distinct from pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database()) and ${condition}
  order by seconds desc nulls last limit 5`;

/** A transaction that began while we waited cannot be the one that we waited for: it stood behind us. */
const TABLE_HOLDERS = holders(`
  l.relation in (select to_regclass(name) from unnest($2::text[]) name)
  and (a.xact_start is null or a.xact_start < now() - $1::float8 * interval '1 ms')`);

const MIGRATION_HOLDERS = holders(
  `l.locktype = 'advisory' and (l.classid::bigint << 32) | l.objid::bigint = ${MIGRATION_LOCK}`,
);

/** One that has a lock which a migration wants; `seconds` since its transaction began. */
export interface LockHolder {
  readonly pid: number | null;
  readonly role: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly seconds: number | null;
  readonly query: string | null;
}

/** Who may have kept us from the tables for the last `waitedMs`; undefined where it cannot be found out. */
export function tableHolders(
  session: Session,
  tables: readonly string[],
  waitedMs: number,
): Promise<LockHolders> {
  return ask(session, TABLE_HOLDERS, [waitedMs, [...tables, 'kysely_migration']]);
}

/** Who migrates; undefined where it cannot be found out. */
export function migrationHolders(session: Session): Promise<LockHolders> {
  return ask(session, MIGRATION_HOLDERS);
}

type LockHolders = readonly LockHolder[] | undefined;

/** A line of the log is no reason to fail. */
async function ask(session: Session, text: string, values: unknown[] = []): Promise<LockHolders> {
  const found = await session.query<LockHolder>(text, values).catch(() => undefined);
  return found?.rows;
}
