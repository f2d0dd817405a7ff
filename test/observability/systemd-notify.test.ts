import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { NotifyReceiver } from './support/notify-receiver';

describe('systemd notification', () => {
  let database: TestDatabase;
  let folder: string;
  let receiver: NotifyReceiver;

  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(path.join(tmpdir(), 'lastcall-notify-'));
  });

  afterEach(async () => {
    await ServiceProcess.killAll();
    receiver.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['a socket in the file system', () => path.join(folder, 'notify')],
    ['an abstract socket', () => `@lastcall-test-${process.pid}-${Date.now()}`],
  ])('tells %s of readiness, of the drain and of the time that it asks for', async (_, name) => {
    receiver = new NotifyReceiver(name());
    const service = await ServiceProcess.start(database.url, { env: { NOTIFY_SOCKET: receiver.name } });
    await until('READY=1', () => receiver.messages.some((message) => message.includes('READY=1')));
    expect((await service.fetch('/health')).status).toBe(200);

    service.signal();
    expect(await service.exitCode()).toBe(0);
    await until('the last status', () => receiver.messages.some((message) => message.includes('stopped (')));
    const stopping = receiver.messages.find((message) => message.includes('STOPPING=1'));
    expect(stopping?.split('\n')).toEqual([
      'STOPPING=1',
      'STATUS=draining (SIGTERM), for 9000 ms at most',
      'EXTEND_TIMEOUT_USEC=10000000',
    ]);
    const statuses = receiver.messages.flatMap((message) => message.match(/^STATUS=.*$/m) ?? []);
    expect(statuses).toContain('STATUS=draining: http-server has stopped (clean)');
    expect(statuses.at(-1)).toBe('STATUS=stopped (clean)');
  });

  it('feeds the watchdog, twice in each interval', async () => {
    receiver = new NotifyReceiver(path.join(folder, 'notify'));
    const env = { NOTIFY_SOCKET: receiver.name, WATCHDOG_USEC: '200000' };
    await ServiceProcess.start(database.url, { env });
    const fed = () => receiver.messages.filter((message) => message === 'WATCHDOG=1').length;
    await until('three times', () => fed() >= 3);
  });

  it('serves all the same when nobody listens at the socket', async () => {
    receiver = new NotifyReceiver(path.join(folder, 'notify'));
    const env = { NOTIFY_SOCKET: path.join(folder, 'nobody') };
    const service = await ServiceProcess.start(database.url, { env });
    await service.line('systemd could not be notified');
    expect((await service.post('unobserved')).status).toBe(201);
    service.signal();
    expect(await service.exitCode()).toBe(0);
  });
});
