import { ServiceProcess } from '../../support/service-process';

afterEach(() => ServiceProcess.killAll());

it('runs on nothing but its own memory, drains like any other, and says what that means', async () => {
  const service = await ServiceProcess.start('memory:');
  expect((await service.line('everything is kept in memory, and lost at the exit')).level).toBe('warn');
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'once' };
  const send = (name: string) =>
    service.fetch('/work', { method: 'POST', headers, body: JSON.stringify({ name }) });
  const first = (await (await send('a')).json()) as { id: string };
  const again = await send('a');
  expect([again.headers.get('idempotent-replayed'), await again.json()]).toEqual(['true', first]);
  expect((await send('b')).status).toBe(422);
  expect(await (await service.fetch(`/work/${first.id}`)).json()).toEqual(first);
  expect((await service.fetch('/readyz')).status).toBe(200);
  service.signal();
  expect(await service.exitCode()).toBe(0);
  const report = await service.line('drain report');
  expect((report.components as { name: string }[]).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['http-server', 'job-writer', 'log']),
  );
});
