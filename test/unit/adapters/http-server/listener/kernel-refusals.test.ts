import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { closeListener, type ListenKernel, openListener } from '../../../../../src/adapters/http-server';

/** A kernel that allows everything and has nothing to accept. */
function quietKernel(calls: string[] = []): ListenKernel {
  return {
    dropNewSyns: () => void calls.push('dropNewSyns'),
    receiveAgain: () => {},
    acceptWaiting: () => [],
    acceptQueueLength: () => 0,
    handshakes: () => 0,
    preferTwin: () => {
      calls.push('preferTwin');
      return () => void calls.push('release');
    },
    closeOnExec: () => void calls.push('closeOnExec'),
  };
}

async function closeWith(changes: Partial<ListenKernel>, server: Server = createServer(), bounds = {}) {
  const listener = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
  const report = await closeListener(server, listener, {
    kernel: { kernel: { ...quietKernel(), ...changes } },
    ...bounds,
  });
  expect(server.listening).toBe(false);
  return report;
}

describe('closeListener where the kernel refuses', () => {
  const dropNewSyns = () => {
    throw new Error('setsockopt: EPERM');
  };

  it('empties the queue all the same where SYNs cannot be dropped, and says why', async () => {
    const receiveAgain = jest.fn();
    const server = createServer();
    const report = await closeWith({ dropNewSyns, receiveAgain }, server);
    expect(report).toMatchObject({ method: 'accept-until-empty', reason: 'setsockopt: EPERM' });
    expect(report).not.toHaveProperty('synDropMs');
    expect(server.listenerCount('connection')).toBe(0);
    expect(receiveAgain).not.toHaveBeenCalled();
  });

  it('gives every reason where there are two', async () => {
    const handshakes = () => {
      throw new Error('socket: EACCES');
    };
    expect((await closeWith({ dropNewSyns, handshakes })).reason).toBe(
      'setsockopt: EPERM; handshakes under way could not be counted: socket: EACCES',
    );
  });

  it('waits for the loop to get quiet where the queue cannot be reached, and says why', async () => {
    const acceptWaiting = () => {
      throw new Error('getsockopt: ENOPROTOOPT');
    };
    expect(await closeWith({ acceptWaiting })).toMatchObject({
      method: 'accept-until-quiet',
      reason: 'getsockopt: ENOPROTOOPT',
    });
  });

  it('lets connections hear that come while it waits for that, SYNs having been dropped', async () => {
    const receiveAgain = jest.fn();
    const server = createServer((socket) => socket.end());
    const acceptWaiting = () => {
      connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      throw new Error('getsockopt: ENOPROTOOPT');
    };
    expect(await closeWith({ acceptWaiting, receiveAgain }, server)).toMatchObject({ accepted: 1 });
    expect(receiveAgain).toHaveBeenCalledTimes(1);
  });

  it('falls back when the kernel cannot be reached, and says why', async () => {
    const server = createServer();
    const listener = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
    const report = await closeListener(server, listener, { kernel: { unavailable: 'no koffi' } });
    expect(report).toMatchObject({ method: 'accept-until-quiet', reason: 'no koffi' });
  });

  it('waits a round trip where handshakes cannot be counted, and says so', async () => {
    const handshakes = () => {
      throw new Error('socket: EPROTONOSUPPORT');
    };
    const report = await closeWith({ handshakes });
    expect(report).toMatchObject({
      method: 'syn-drop',
      reason: 'handshakes under way could not be counted: socket: EPROTONOSUPPORT',
    });
    expect(report.synDropMs).toBeGreaterThanOrEqual(20);
  });

  it('gives up on connections that cannot be accepted, after the bound', async () => {
    const report = await closeWith({ acceptQueueLength: () => 3 }, createServer(), { acceptTimeoutMs: 10 });
    expect(report.reason).toBe('3 connections could not be accepted within 10 ms');
  });

  it('waits until the last handshake is over', async () => {
    const underWay = [2, 1, 0];
    const report = await closeWith({ handshakes: () => underWay.shift() ?? 0 });
    expect(underWay).toEqual([]);
    expect(report).not.toHaveProperty('reason');
  });

  it('says when the server has no descriptor of its own', async () => {
    const server = createServer();
    const listener = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
    server.close();
    const report = await closeListener(server, listener, { kernel: { kernel: quietKernel() } });
    expect(report).toMatchObject({
      method: 'accept-until-quiet',
      reason: 'the server has no TCP descriptor',
    });
  });

  it('sends new connections to a twin only for as long as the queue takes to empty', async () => {
    const calls: string[] = [];
    const server = createServer();
    const { address } = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
    const target = { kind: 'address', port: (address as AddressInfo).port, reusePort: true } as const;
    const acceptQueueLength = () => {
      calls.push('empty');
      return 0;
    };
    const kernel = { ...quietKernel(calls), acceptQueueLength };
    await closeListener(server, { target, address }, { kernel: { kernel } });
    expect(calls).toEqual(['dropNewSyns', 'preferTwin', 'empty', 'release']);
  });

  it('drops no SYNs on an inherited socket', async () => {
    const calls: string[] = [];
    const server = createServer();
    const { address } = await openListener(server, { kind: 'address', port: 0, host: '127.0.0.1' });
    const inherited = { target: { kind: 'inherited', fd: 3 }, address } as const;
    const report = await closeListener(server, inherited, { kernel: { kernel: quietKernel(calls) } });
    expect(report).toMatchObject({ method: 'inherited', accepted: 0 });
    expect(calls).toEqual([]);
    expect(server.listening).toBe(false);
  });
});
