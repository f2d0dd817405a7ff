import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants, createServer } from 'node:http2';
import { type AddressInfo, Server } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type DrainReport, drainable } from '../../../src/bootstrap/drain';
import { type BuiltSources, buildSources, DRAIN_PACKAGE } from '../../support/built-sources';
import { CERTIFICATE } from '../../support/certificate';
import { until } from '../../support/until';

const FIXTURE = 'test/process/attached/http2.fixture.ts';
const SIGTERMS = 8;
const CLIENTS = 12;

let built: BuiltSources;
const running = new Set<ChildProcess>();
beforeAll(() => {
  built = buildSources([...DRAIN_PACKAGE, FIXTURE]);
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => built.remove());

async function start(tls: boolean) {
  const child = fork(built.of(FIXTURE), tls ? [CERTIFICATE.folder] : []);
  running.add(child);
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const [{ address }] = (await once(child, 'message')) as [{ address: AddressInfo }];
  const reported = once(child, 'message').then(([{ report }]) => report as DrainReport);
  return { child, exited, reported, port: address.port };
}

interface Counts {
  answered: number;
  lost: number;
}

/** One stream after another, three at a time, until the server says goodbye; what it does not take is not lost (RFC 9113, 8.7). */
async function useSession(session: ClientHttp2Session, counts: Counts): Promise<void> {
  let leaving = false;
  for (const event of ['goaway', 'close', 'error']) {
    session.on(event, () => {
      leaving = true;
    });
  }
  const ask = () =>
    new Promise<void>((resolve) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      let status: number | undefined;
      let text = '';
      stream.on('response', (headers) => {
        status = headers[':status'];
      });
      stream.on('error', () => {});
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      stream.on('close', () => {
        if (status === 200 && text === 'answer') counts.answered += 1;
        else if (stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM) counts.lost += 1;
        resolve();
      });
      stream.end('body');
    });
  while (!leaving && !session.closed && !session.destroyed) await Promise.all([ask(), ask(), ask()]);
  session.close();
}

it.each([
  ['h2c', false],
  ['h2', true],
])('no stream of %s is lost over many SIGTERMs', async (_name, tls) => {
  const counts: Counts = { answered: 0, lost: 0 };
  for (let round = 0; round < SIGTERMS; round += 1) {
    const { child, exited, port, reported } = await start(tls);
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    const clients = Array.from({ length: CLIENTS }, async () => {
      const session = connect(url, { rejectUnauthorized: false });
      await once(session, 'connect');
      await useSession(session, counts);
    });
    const before = counts.answered;
    await until('some answers', () => counts.answered > before + 100 + 17 * round);
    child.kill('SIGTERM');
    expect(await reported).toMatchObject({ outcome: 'clean', connections: CLIENTS, degraded: [] });
    await Promise.all(clients);
    expect(await exited).toBe(0);
  }
  expect(counts.lost).toBe(0);
  expect(counts.answered).toBeGreaterThan(SIGTERMS * 100);
});

it('a client of HTTP/1.1 on the same port is drained as ever', async () => {
  const { child, exited, port, reported } = await start(true);
  const client = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  await once(client, 'secureConnect');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk;
  });
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('an answer', () => text.endsWith('answer'));
  child.kill('SIGTERM');
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(client, 'end');
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  expect(await reported).toMatchObject({ outcome: 'clean', answered: 1 });
  expect(await exited).toBe(0);
});

it('an idle session is told to go, too, where somebody else has closed the listener before', async () => {
  const server = drainable(createServer(), { timeoutMs: 6_000 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(server, 'session');
  Server.prototype.close.call(server);
  const [report] = await Promise.all([server.drain(), once(session, 'close')]);
  expect(report).toMatchObject({ outcome: 'clean', listener: { method: 'not-listening' } });
  expect(report.tookMs).toBeLessThan(4_000);
});
