import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../packages/drill/src/server/free-port';
import { type RawAnswer, RawClient } from '../../support/raw-client';
import { until } from '../../support/until';

export interface StopUnderWay {
  /** To a request before the stop. */
  readonly before: RawAnswer | undefined;
  /** To the one that was under way. */
  readonly during: RawAnswer | undefined;
  /** The latter had `Connection: close`. */
  readonly saidGoodbye: boolean;
  readonly exitCode: number | string;
  readonly stderr: string;
}

/** A request in two halves: the stop comes between them. */
export type Halves = readonly [string, string];

/**
 * Starts a server, with `PORT` in its environment, and asks it for one answer. Then it gets SIGTERM while it has half a request.
 * Once its answers say that the connection will be closed, the drain is under way, and the other half follows.
 */
export async function stopUnderWay(
  folder: string,
  words: readonly string[],
  { path = '/', halves = halvesOfGet(path) }: { path?: string; halves?: Halves } = {},
): Promise<StopUnderWay> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), LASTCALL_DRAIN: '' };
  const child = spawn(process.execPath, [...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  try {
    const alive = () => {
      const ended = child.exitCode ?? child.signalCode;
      if (ended !== null) throw new Error(`it has ended already, with ${ended}: ${stderr}`);
    };
    const other = await until('the server listens', () => {
      alive();
      return RawClient.open(port).catch(() => undefined);
    });
    const busy = await RawClient.open(port);
    const before = await asked(other, path);
    await busy.send(halves[0]);
    // By the time that this is answered, the half request has arrived.
    await asked(other, path);
    child.kill('SIGTERM');
    await until('the drain', async () => {
      alive();
      return saysGoodbye(await asked(other, path));
    });
    await busy.send(halves[1]);
    const [during] = await busy.waitForAnswers(1);
    await busy.waitForEnd();
    return { before, during, saidGoodbye: saysGoodbye(during), exitCode: await exited, stderr };
  } finally {
    child.kill('SIGKILL');
  }
}

function halvesOfGet(path: string): Halves {
  return [`GET ${path} HTTP/1.1\r\nHost: localhost\r\n`, 'Accept: */*\r\n\r\n'];
}

function saysGoodbye(answer: RawAnswer | undefined): boolean {
  return answer?.headers.get('connection') === 'close';
}

async function asked(client: RawClient, path: string): Promise<RawAnswer | undefined> {
  const count = client.answers.length + 1;
  await client.send(halvesOfGet(path).join(''));
  return (await client.waitForAnswers(count))[count - 1];
}
