import { createTestDatabase, startTestServer } from '../../support/postgres';

export interface Lanes {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** A throw-away Postgres with `count` empty databases, one for each trial that runs at the same time. */
export async function startLanes(count: number): Promise<Lanes> {
  const server = await startTestServer();
  const databases = await Promise.all(Array.from({ length: count }, () => createTestDatabase(server.url)));
  return {
    urls: databases.map((database) => database.url),
    async stop() {
      for (const database of databases) await database.drop();
      await server.stop();
    },
  };
}
