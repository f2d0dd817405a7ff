import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { notifySettings, systemdNotify } from '../../../../src/adapters/process/systemd-notify';
import { InMemoryLog } from '../../../doubles/in-memory-log';
import { NotifyReceiver } from '../../../observability/support/notify-receiver';

/** systemd kills a service that it has not heard of for this long. */
const WATCHDOG_MS = 10_000;

let folder: string;
let log: InMemoryLog;
const observer = () => {
  const env = { NOTIFY_SOCKET: path.join(folder, 'notify'), WATCHDOG_USEC: String(WATCHDOG_MS * 1_000) };
  const settings = notifySettings(env, process.pid);
  if (!settings) throw new Error('it takes NOTIFY_SOCKET for absent');
  return systemdNotify(settings, log);
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lastcall-notify-'));
  log = new InMemoryLog();
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

it('feeds the watchdog every half interval, the drain included', () => {
  const receiver = new NotifyReceiver(path.join(folder, 'notify'));
  const fed = () => receiver.messages.filter((message) => message === 'WATCHDOG=1').length;
  const observe = observer();
  observe({ type: 'phase-changed', phase: 'ready' });
  jest.advanceTimersByTime(WATCHDOG_MS / 2);
  expect(fed()).toBe(1);
  observe({ type: 'phase-changed', phase: 'draining' });
  observe({ type: 'shutdown-begun', reason: 'SIGTERM', timeoutMs: 60_000 });
  jest.advanceTimersByTime(3 * WATCHDOG_MS);
  expect(fed()).toBe(7);
  receiver.close();
});

it('says once that nobody listens, and once more when that happens again', () => {
  const observe = observer();
  observe({ type: 'phase-changed', phase: 'ready' });
  jest.advanceTimersByTime(5 * WATCHDOG_MS);
  expect(log.lines.map(({ message }) => message)).toEqual(['systemd could not be notified']);
  const receiver = new NotifyReceiver(path.join(folder, 'notify'));
  jest.advanceTimersByTime(WATCHDOG_MS);
  expect(receiver.messages).toContain('WATCHDOG=1');
  receiver.close();
  jest.advanceTimersByTime(WATCHDOG_MS);
  expect(log.lines).toHaveLength(2);
});

describe('notifySettings', () => {
  const NOTIFY_SOCKET = '@notify';

  it.each<[what: string, env: NodeJS.ProcessEnv, settings: object | undefined]>([
    ['nothing', {}, undefined],
    ['a socket', { NOTIFY_SOCKET }, { socket: '@notify', watchdogMs: undefined }],
    ['a watchdog', { NOTIFY_SOCKET, WATCHDOG_USEC: '500' }, { watchdogMs: 0.5 }],
    ['a watchdog for us', { NOTIFY_SOCKET, WATCHDOG_USEC: '500', WATCHDOG_PID: '42' }, { watchdogMs: 0.5 }],
    [
      'a watchdog of another process',
      { NOTIFY_SOCKET, WATCHDOG_USEC: 'x', WATCHDOG_PID: '41' },
      { watchdogMs: undefined },
    ],
    [
      'one that a timer could not wait for',
      { NOTIFY_SOCKET, WATCHDOG_USEC: '18446744073709551615' },
      { watchdogMs: 2 ** 31 - 1 },
    ],
  ])('of %s', (_, env, settings) => {
    const found = expect(notifySettings(env, 42));
    if (settings) found.toMatchObject(settings);
    else found.toBeUndefined();
  });

  it.each([
    [{ NOTIFY_SOCKET: 'run/notify' }, /^NOTIFY_SOCKET: .*"run\/notify"/],
    [{ NOTIFY_SOCKET, WATCHDOG_USEC: '20s' }, /^WATCHDOG_USEC: .*"20s"/],
    [{ NOTIFY_SOCKET, WATCHDOG_USEC: '0' }, /^WATCHDOG_USEC: /],
  ])('says what is wrong with %j', (env, message) => {
    expect(() => notifySettings(env, 42)).toThrow(message);
  });
});
