import { KyselyIdempotencyKeys } from '../../src/adapters/postgres/intake/kysely-idempotency-keys';
import { KyselyJobRepository } from '../../src/adapters/postgres/jobs/kysely-job-repository';
import { UuidJobIds } from '../../src/adapters/system/uuids';
import { idempotencyKeysContract } from '../contract/idempotency-keys.contract';
import { openDatabase } from '../support/open-database';
import { letKeysAge } from './postgres-fixture';

describe('KyselyIdempotencyKeys', () => {
  const ids = new UuidJobIds();
  const opened: { close(): Promise<void> }[] = [];
  afterAll(() => Promise.all(opened.map((database) => database.close())));

  idempotencyKeysContract(async () => {
    const { database, close } = await openDatabase();
    opened.push({ close });
    return {
      keys: new KyselyIdempotencyKeys(database),
      jobs: new KyselyJobRepository(database),
      nextId: () => ids.next(),
      letPass: (ms) => letKeysAge(database, ms),
    };
  });
});
