import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, USE_YOUR_OWN } from './embedded-postgres-error';

const run = promisify(execFile);

/** A user to run Postgres as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** shadow-utils first, then busybox; a group that is there already is no fault. */
const CREATE = `
PATH=$PATH:/usr/sbin:/sbin
groupadd --system postgres; useradd --system --gid postgres --no-create-home postgres && exit
addgroup -S postgres; adduser -S -D -H -G postgres postgres
`;

/**
 * Whom Postgres runs as: undefined means the service's own user.
 *
 * Postgres refuses to run as root. For root it is the owner of the existing `cluster` folder, or else the user
 * `postgres`, created when missing: initdb wants a user that has a name. `say` is called before that, since it changes the
 * system for good.
 */
export async function accountFor(
  cluster: string,
  say: (message: string) => void,
): Promise<Account | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const existing = await postgresUser();
  if (existing) return existing;
  say(
    'Postgres does not run as root, so that a system user "postgres" is created now for the embedded one; ' +
      `where that is not wanted, start the service as an ordinary user, or ${USE_YOUR_OWN}`,
  );
  const creation = await run('/bin/sh', ['-c', CREATE]).catch((error: Error) => error);
  const created = await postgresUser();
  if (created) return created;
  const reason =
    'stderr' in creation ? String(creation.stderr).trim().replaceAll('\n', ' | ') : String(creation);
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and the user "postgres" could not be created (${reason}): ` +
      `start the service as an ordinary user, or ${USE_YOUR_OWN}`,
  );
}

async function postgresUser(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
