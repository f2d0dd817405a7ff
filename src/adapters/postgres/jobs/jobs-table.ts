import { randomUUID } from 'node:crypto';
import { type Kysely, type Migration, sql } from 'kysely';
import { JOB_SCOPE, type Job, type JobId, type JobName } from '../../../domain/jobs/job';
import { type ResourceRow, resourceTable } from '../intake/resource-table';
import { columnsOf, isThere, requireTypes, requireUnique } from '../migrations/taken-over';

interface JobRow extends ResourceRow {
  readonly id: JobId;
  readonly name: JobName;
}

/** `jobs`, taken over as it is where the table exists already; nothing is asked of its owner where it fits. */
const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    if (!(await isThere(db, 'jobs')))
      await db.schema
        .createTable('jobs')
        .addColumn('id', 'uuid', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .execute();
    const columns = await columnsOf(db, 'jobs');
    const hasTime = columns.has('created_at');
    requireTypes('jobs', columns, {
      id: ['uuid'],
      name: ['text', 'character varying'],
      ...(hasTime && { created_at: ['timestamp with time zone'] }),
    });
    await requireUnique(db, 'jobs', 'id');
    // A table made by hand may lack the creation time; its rows get the time of the migration.
    if (!hasTime)
      await sql`alter table jobs add column created_at timestamptz not null default now()`.execute(db);
  },
};

/** The longest name, one that occurs twice, and some that differ in what a check or a trigger might look at. */
const NAMES = ['\u{1F514}'.repeat(255), 'a', 'a', 'A', ' \u00E4\u0301\u3042 ', `'"\\%`] as const;

const specimen = (name: string): Job => ({
  id: randomUUID() as JobId,
  name: name as JobName,
  createdAt: new Date(),
});

/** Jobs in Postgres. */
export const JOBS_TABLE = resourceTable<Job, JobRow>({
  name: 'jobs',
  scope: JOB_SCOPE,
  columns: {
    id: { type: 'uuid', value: ({ id }) => id },
    name: { type: 'text', value: ({ name }) => name },
    created_at: { type: 'timestamptz', value: ({ createdAt }) => createdAt },
  },
  toResource: ({ id, name, created_at: createdAt }) => ({ id, name, createdAt }),
  migrations: { '0001-jobs': jobs },
  specimens: () => {
    const [longest, ...others] = NAMES;
    return [specimen(longest), ...others.map(specimen)];
  },
});
