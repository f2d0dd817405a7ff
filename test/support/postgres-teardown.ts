import { held } from './postgres-setup';

export default async function teardown(): Promise<void> {
  await held.lastcallTestServer?.stop();
}
