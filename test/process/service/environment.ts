import { Onlooker } from '../../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { ServiceProcess } from '../../support/service-process';

export interface Environment {
  readonly database: TestDatabase;
  readonly onlooker: Onlooker;
}

/** Gives every test a database of its own, and leaves neither processes nor databases behind. */
export function freshDatabase(): () => Environment {
  let current: Environment | undefined;
  beforeEach(async () => {
    const database = await createTestDatabase();
    current = { database, onlooker: await Onlooker.of(database.url) };
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await current?.onlooker.end();
    await current?.database.drop();
  });
  return () => {
    if (!current) throw new Error('only inside a test');
    return current;
  };
}

/** The bytes of a POST /work on a connection that stays. */
export function postWork(name: string): string {
  const body = JSON.stringify({ name });
  return (
    'POST /work HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

export const GET_HEALTH = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
