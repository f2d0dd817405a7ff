import { connect } from 'node:net';
import { Onlooker } from '../support/onlooker';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';

let database: TestDatabase;
let onlooker: Onlooker;

beforeEach(async () => {
  database = await createTestDatabase();
  onlooker = await Onlooker.of(database.url);
});

afterEach(async () => {
  await ServiceProcess.killAll();
  await onlooker.end();
  await database.drop();
});

async function scrape(url: string): Promise<string> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return answer.text();
}

async function metricsUrl(service: ServiceProcess): Promise<string> {
  const { address } = await service.line('metrics listening');
  return `http://${address}/metrics`;
}

describe('/metrics on the port of the service', () => {
  it('counts requests by route template, and jobs, and commits', async () => {
    const service = await ServiceProcess.start(database.url);
    const { body } = await service.post('counted');
    await service.fetch(`/work/${body.id}`);
    await service.fetch(`/work/${body.id}/no-such-path`);
    const text = await (await service.fetch('/metrics')).text();
    const labels = (method: string, route: string, status: number) =>
      `http_request_method="${method}",url_scheme="http",http_route="${route}",http_response_status_code="${status}"`;
    for (const line of [
      `http_server_request_duration_seconds_count{${labels('POST', '/work', 201)}} 1`,
      `http_server_request_duration_seconds_count{${labels('GET', '/work/:id', 200)}} 1`,
      `http_server_request_duration_seconds_count{${labels('GET', '', 404)}} 1`,
      'http_server_active_requests{http_request_method="GET",url_scheme="http"} 1',
      'lastcall_jobs_created_total 1',
      'lastcall_commit_batch_size_count{resource="jobs"} 1',
      'lastcall_lifecycle_phase{phase="ready"} 1',
      'lastcall_http_connections{state="active"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toContain('lastcall_component_start_seconds{component="postgres-pool"}');
    expect(text).not.toContain(String(body.id));
  });
});

describe('/metrics on METRICS_PORT', () => {
  const env = { METRICS_PORT: '0' };

  it('is not on the port of the service', async () => {
    const service = await ServiceProcess.start(database.url, { env });
    // Its OpenAPI document has no /metrics then.
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    const url = await metricsUrl(service);
    await scrape(url);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/else`)).status).toBe(404);
  });

  it('shows the drain from its beginning until everything that is measured has stopped', async () => {
    const service = await ServiceProcess.start(database.url, { env });
    const url = await metricsUrl(service);
    await scrape(url);
    const unlock = await onlooker.lockJobs();
    const answer = service.post('held by a lock');
    await onlooker.untilBlocked();
    service.signal();
    await service.line('listener closed');
    const text = await scrape(url);
    expect(text).toContain('lastcall_lifecycle_phase{phase="draining"} 1');
    expect(text).toContain('http_server_active_requests{http_request_method="POST",url_scheme="http"} 1');
    expect(text).toMatch(/lastcall_drain_phase_seconds\{phase="requests"\} 0\.\d+/);
    await unlock();
    expect((await answer).status).toBe(201);
    expect(await service.exitCode()).toBe(0);
    const stopped = service.lines.filter(({ event }) => event === 'component-stopped');
    expect(stopped.map(({ component }) => component).slice(-2)).toEqual(['metrics-server', 'log']);
  });

  it('does not let an idle or a silent scraper hold up the exit', async () => {
    const service = await ServiceProcess.start(database.url, { env });
    const { hostname, port } = new URL(await metricsUrl(service));
    const silent = connect(Number(port), hostname);
    const idle = connect(Number(port), hostname);
    idle.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    for (const socket of [silent, idle]) socket.on('error', () => {});
    await new Promise((resolve) => idle.once('data', resolve));
    for (const socket of [silent, idle]) socket.resume();
    service.signal();
    expect(await service.exitCode()).toBe(0);
    const { tookMs } = (await service.line('stopped metrics-server')) as unknown as { tookMs: number };
    expect(tookMs).toBeLessThan(2_000);
    await until('both connections are closed', () => silent.destroyed && idle.destroyed);
  });

  it('ends the start, with the reason, when the port is taken', async () => {
    const first = await ServiceProcess.start(database.url, { env });
    const { port } = new URL(await metricsUrl(first));
    const second = ServiceProcess.spawn({ env: { DATABASE_URL: database.url, METRICS_PORT: port } });
    expect(await second.exitCode()).toBe(1);
    expect(second.output()).toContain(`METRICS_PORT=${port} is taken at HOST=127.0.0.1`);
  });
});
