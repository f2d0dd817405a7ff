import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server has left behind may be some moments in ending. */
const BOUND_MS = 2000;
const EVERY_MS = 20;

/**
 * Waits until nobody listens on the port: whoever does would be taken for the server.
 * @throws Error in words for the user
 */
export async function untilFree(port: number): Promise<void> {
  const until = performance.now() + BOUND_MS;
  while (await isTaken(port)) {
    if (performance.now() > until)
      throw new Error(
        `--port: another process listens on ${port} already, and would be taken for the server`,
      );
    await sleep(EVERY_MS);
  }
}

async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(['127.0.0.1', '::1'].map((host) => takesConnections(host, port)));
  return answers.includes(true);
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
