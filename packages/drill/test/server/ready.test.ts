import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readyCheck } from '../../src/server/ready';

const NO_ANSWER = 'it takes a connection, and does not answer within a second';

/** What is said of a server that is asked once, and after how long. */
async function asked(listener: http.RequestListener): Promise<{ said: string | null; ms: number }> {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const began = performance.now();
  const said = await readyCheck(null, 1000).ask({ host: '127.0.0.1', port });
  const ms = performance.now() - began;
  server.closeAllConnections();
  server.close();
  return { said, ms };
}

test('an answer counts when it is whole', async () => {
  expect(await asked((_, answer) => answer.end('ok'))).toMatchObject({ said: null });
  const cut = await asked((_, answer) => {
    answer.writeHead(200, { 'content-length': 9 });
    answer.write('cut', () => answer.destroy());
  });
  expect(cut.said).toBe('its answer broke off');
});

test.each([
  ['says nothing', () => {}],
  [
    'has a stream of events there',
    (answer: http.ServerResponse) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => answer.write(': still there\n\n'), 100);
      answer.on('close', () => clearInterval(timer));
    },
  ],
])(
  'a server that %s is asked for a second, and no longer',
  async (_, answering) => {
    const { said, ms } = await asked((_request, answer) => answering(answer));
    expect(said).toContain(NO_ANSWER);
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(2500);
  },
  5000,
);
