import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenEffects } from './effects';

const QUIET_BOUND_MS = 5000;
const CONNECT_BOUND_MS = 10_000;
/** A dead server's last words may lie unread with a session that looks idle, for as long as its backend is not scheduled. */
const UNREAD_MS = 50;
const OF_CLIENTS =
  "from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()";
const SESSIONS = `select pid ${OF_CLIENTS}`;
const SINCE = `select pid ${OF_CLIENTS} and pid <> all ($1::int[])`;
/** Sessions that were there before the drill: those of a server that ran already are among them. */
const AT_WORK = `select pid ${OF_CLIENTS} and pid = any ($1::int[]) and state <> 'idle'`;

export interface EffectsSqlOptions {
  /** Its first column has an id, a row for each effect. */
  readonly query: string;
  /** Left out: the database that the drill has made for the lane. */
  readonly url?: string | undefined;
  /** A statement that takes all effects away. */
  readonly reset?: string | undefined;
}

/**
 * Effects are the rows of a query to Postgres. They are read when every session has ended that began after the drill's, and none of
 * the others is at work: a dead server's session may still be at work on a row.
 */
export function effectsOfSql({ query, url, reset }: EffectsSqlOptions): OpenEffects {
  return ({ databaseUrl }) => {
    const connection = connect(url ?? databaseUrl ?? '');
    // Who reads hears of it; nobody may have begun to yet.
    connection.catch(() => {});
    const rows = async (text: string, values: unknown[] = []) => {
      const { client } = await connection;
      return client.query({ text, values, rowMode: 'array' as const });
    };
    const others = async () => {
      const { known } = await connection;
      const { rows: sessions } = await rows(SINCE, [known]);
      return sessions.length;
    };
    const isQuiet = async () => {
      if ((await others()) > 0) return false;
      const { known } = await connection;
      return known.length === 0 || (await rows(AT_WORK, [known])).rows.length === 0;
    };
    let isFirst = true;
    return {
      reads: 'all',
      isShared: url !== undefined,
      sessions: others,
      async read() {
        const until = performance.now() + QUIET_BOUND_MS;
        const { known } = await connection;
        if (known.length > 0 && !isFirst) await sleep(UNREAD_MS);
        while (!(await isQuiet())) {
          if (performance.now() > until)
            throw new Error(
              'a database session has outlived the server: what it has done is not final. Behind a pooler, read the effects by --effects',
            );
          await sleep(5);
        }
        const result = await rows(query).catch((error: Error & { code?: string }) => {
          // The server makes its table when it starts for the first time.
          if (isFirst && error.code === UNDEFINED_TABLE) return { rows: [] };
          throw new Error(`the effects cannot be read: ${error.message}: ${query}`);
        });
        isFirst = false;
        return result.rows.map(([id]) => String(id));
      },
      ...(reset !== undefined && {
        async reset() {
          await rows(reset);
        },
      }),
      async end() {
        const { client } = await connection.catch(() => ({ client: null }));
        await client?.end();
      },
    };
  };
}

const UNDEFINED_TABLE = '42P01';

/** A session, and the ones that are there already: those are not the server's. */
async function connect(url: string) {
  const { Client } = await import('pg');
  const client = new Client({
    connectionString: url,
    application_name: 'lastcall-drill',
    connectionTimeoutMillis: CONNECT_BOUND_MS,
  });
  client.on('error', () => {});
  await client.connect().catch((error: Error) => {
    throw new Error(`the database of the effects cannot be reached: ${error.message}`);
  });
  const { rows } = await client.query<{ pid: number }>(SESSIONS);
  return { client, known: rows.map(({ pid }) => pid) };
}
