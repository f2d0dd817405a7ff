import { createTestDatabase, startTestServer } from '../../support/postgres';

/** Databases on a throw-away Postgres. */
export interface Lanes {
  /** One for each trial that runs at the same time. */
  readonly databaseUrls: readonly string[];
  /** One for the bare process beside which the time to exit is measured. */
  readonly bareDatabaseUrl: string;
  drop(): Promise<void>;
}

export { startTestServer as startPostgres };

/** `count` empty databases for trials, and one for the bare process. Each server under test needs a set of its own. */
export async function createLanes(serverUrl: string, count: number): Promise<Lanes> {
  const bare = await createTestDatabase(serverUrl);
  const trials = await Promise.all(Array.from({ length: count }, () => createTestDatabase(serverUrl)));
  return {
    databaseUrls: trials.map((database) => database.url),
    bareDatabaseUrl: bare.url,
    async drop() {
      for (const database of [bare, ...trials]) await database.drop();
    },
  };
}
