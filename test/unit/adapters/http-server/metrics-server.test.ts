import { MetricsServer } from '../../../../src/adapters/http-server/metrics-server';
import { InMemoryLog } from '../../../../src/adapters/memory/in-memory-log';
import { Deadline } from '../../../../src/application/lifecycle/deadline';

it('answers 500, and goes on, when the page cannot be rendered', async () => {
  const log = new InMemoryLog();
  const render = jest.fn().mockRejectedValueOnce(new Error('no page'));
  render.mockResolvedValue({ contentType: 'text/plain', text: 'figures' });
  const server = new MetricsServer({
    target: { kind: 'address', port: 0, host: '127.0.0.1' },
    page: { render },
    log,
  });
  await server.start();
  const scrape = () => fetch(`http://${log.lines[0]?.fields.address}/metrics`);
  expect((await scrape()).status).toBe(500);
  expect(log.lines.at(-1)).toMatchObject({ level: 'error', fields: { err: { message: 'no page' } } });
  expect(await (await scrape()).text()).toBe('figures');
  const deadline = Deadline.in(5_000);
  await server.stop(deadline);
  deadline.clear();
});
