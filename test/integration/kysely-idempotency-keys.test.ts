import { KyselyIdempotencyKeys } from '../../src/adapters/postgres/intake/idempotency-keys-table';
import { Uuids } from '../../src/adapters/system/uuids';
import { idempotencyKeysContract } from '../contract/idempotency-keys.contract';
import { jobsIn } from '../support/jobs-in-postgres';
import { openDatabase } from '../support/open-database';
import { letKeysAge } from './postgres-fixture';

describe('KyselyIdempotencyKeys', () => {
  const ids = new Uuids();
  const opened: { close(): Promise<void> }[] = [];
  afterAll(() => Promise.all(opened.map((database) => database.close())));

  idempotencyKeysContract(async () => {
    const { database, close } = await openDatabase();
    opened.push({ close });
    return {
      keys: new KyselyIdempotencyKeys(database),
      jobs: jobsIn(database),
      nextId: () => ids.next(),
      letPass: (ms) => letKeysAge(database, ms),
    };
  });
});
