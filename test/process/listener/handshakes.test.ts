import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { closeListener, openListener } from '../../../src/adapters/http-server';
import { describeUnless } from '../../support/optional-suite';
import { withoutLinux } from '../../support/platform';
import { HalfConnectedClient } from './support/raw-socket';

async function opened(target: { host?: string }) {
  const server = createServer((socket) => socket.end('served', () => server.emit('served')));
  const listener = await openListener(server, { kind: 'address', port: 0, ...target });
  return { server, listener, port: (listener.address as AddressInfo).port };
}

describeUnless(withoutLinux(), 'a handshake that is under way when the listener closes', () => {
  it.each([
    ['IPv4', { host: '127.0.0.1' }],
    ['IPv4 to an IPv6 socket', {}],
  ])(
    'is waited for, and its connection is served: %s',
    async (_name, target) => {
      const { server, listener, port } = await opened(target);
      const client = new HalfConnectedClient(port);
      const report = closeListener(server, listener, { handshakeTimeoutMs: 10_000 });
      const served = once(server, 'served');
      client.listenAgain();
      expect(await report).toMatchObject({ method: 'syn-drop', accepted: 1 });
      expect(await report).not.toHaveProperty('reason');
      await served;
      expect(client.received()).toBe('served');
      client.close();
      await once(server, 'close');
    },
    20_000,
  );

  it.each([
    ['IPv4', { host: '127.0.0.1' }],
    ['IPv4 to an IPv6 socket', {}],
  ])(
    'hears what its client sends, whoever accepts it: %s',
    async (_name, target) => {
      const server = createServer();
      const listener = await openListener(server, { kind: 'address', port: 0, ...target });
      const { port } = listener.address as AddressInfo;
      const clients = Array.from({ length: 10 }, () => new HalfConnectedClient(port));
      const connected: Socket[] = [];
      server.on('connection', (socket) => connected.push(socket));
      try {
        const closing = closeListener(server, listener, { handshakeTimeoutMs: 10_000 });
        for (const client of clients) client.listenAgain();
        expect(await closing).toMatchObject({ method: 'syn-drop', accepted: clients.length });
        for (const client of clients) client.send('anyone there?');
        const signal = AbortSignal.timeout(5_000);
        await Promise.all(connected.map((socket) => once(socket, 'data', { signal })));
      } finally {
        for (const client of clients) client.close();
        for (const socket of connected) socket.destroy();
      }
      await once(server, 'close');
    },
    20_000,
  );

  it('is given up after the bound, with the reason', async () => {
    const { server, listener, port } = await opened({ host: '127.0.0.1' });
    const client = new HalfConnectedClient(port);
    const report = await closeListener(server, listener, { handshakeTimeoutMs: 40 });
    client.close();
    expect(report).toMatchObject({
      method: 'syn-drop',
      accepted: 0,
      reason: '1 handshakes were not completed within 40 ms',
    });
    expect(report.tookMs).toBeGreaterThanOrEqual(40);
  });
});
