import { startTestServer, type TestServer } from './postgres';

/** Jest's parent process holds it; the tests know its URL by the environment that they inherit. */
export const held = globalThis as typeof globalThis & { lastcallTestServer?: TestServer };

/** Jest may call this once for each project: they share one server. */
// A default export because jest asks for one.
export default async function setup(): Promise<void> {
  if (process.env.LASTCALL_TEST_SERVER_URL) return;
  held.lastcallTestServer = await startTestServer();
  process.env.LASTCALL_TEST_SERVER_URL = held.lastcallTestServer.url;
}
