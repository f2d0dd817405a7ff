import { RawClient } from '../../support/raw-client';
import { ServiceProcess } from '../../support/service-process';
import { freshDatabase, GET_HEALTH, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();

describe('in normal operation', () => {
  it('creates a job, answers 201 with exactly id and name, and stores the row', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const { status, headers, body } = await service.post('write the report');
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String), name: 'write the report' });
    expect(headers.get('location')).toBe(`/work/${body.id}`);
    expect(await onlooker.jobs()).toEqual([body]);
    expect(await (await service.fetch(`/work/${body.id}`)).json()).toEqual(body);
  });

  it('answers /health, /livez and /readyz with 200', async () => {
    const service = await ServiceProcess.start(environment().database.url);
    for (const path of ['/health', '/livez', '/readyz']) {
      const answer = await service.fetch(path);
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, '{"status":"ok"}']);
    }
  });

  it('logs each request with the id that its client gave it, and gives it back', async () => {
    const service = await ServiceProcess.start(environment().database.url);
    const answer = await service.fetch('/work/none', { headers: { 'x-request-id': 'a-1' } });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([400, 'a-1']);
    expect(await service.line('request')).toMatchObject({ requestId: 'a-1', method: 'GET', status: 400 });
  });
});

describe('after SIGTERM', () => {
  it('answers what is in flight with 201, has its row, and exits with 0', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const unlock = await onlooker.lockJobs();
    const client = await RawClient.open(service.port);
    client.write(postWork('held by a lock'));
    await onlooker.untilBlocked();
    service.signal();
    await service.line('listener closed');
    expect(client.answers).toEqual([]);
    await unlock();
    const [answer] = await client.waitForAnswers(1);
    expect([answer?.status, answer?.headers.get('connection')]).toEqual([201, 'close']);
    expect(await client.waitForEnd()).toBe('fin');
    expect(await service.exitCode()).toBe(0);
    expect(await onlooker.jobs()).toEqual([JSON.parse(answer?.body ?? '')]);
  });

  it('answers /health with 503 and /work with 201 on a connection that is established already', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const [first, second] = await Promise.all([RawClient.open(service.port), RawClient.open(service.port)]);
    first.write(GET_HEALTH);
    expect((await first.waitForAnswers(1))[0]?.status).toBe(200);
    service.signal();
    await service.line('listener closed');
    first.write(GET_HEALTH);
    second.write(postWork('late'));
    const health = (await first.waitForAnswers(2))[1];
    expect([health?.status, health?.body]).toEqual([503, '{"status":"shutting_down"}']);
    expect(health?.headers.get('connection')).toBe('close');
    const work = (await second.waitForAnswers(1))[0];
    expect([work?.status, work?.headers.get('connection')]).toEqual([201, 'close']);
    await Promise.all([first.waitForEnd(), second.waitForEnd()]);
    expect(await service.exitCode()).toBe(0);
    expect(await onlooker.names()).toEqual(['late']);
  });

  it('answers /livez with 200 and /readyz with 503 on established connections', async () => {
    const service = await ServiceProcess.start(environment().database.url);
    const [livez, readyz] = await Promise.all([RawClient.open(service.port), RawClient.open(service.port)]);
    service.signal();
    await service.line('listener closed');
    livez.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    readyz.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await livez.waitForAnswers(1))[0]).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect((await readyz.waitForAnswers(1))[0]).toMatchObject({
      status: 503,
      body: '{"status":"shutting_down"}',
    });
    await Promise.all([livez.waitForEnd(), readyz.waitForEnd()]);
    expect(await service.exitCode()).toBe(0);
  });

  it('refuses new connections', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    const unlock = await onlooker.lockJobs();
    const client = await RawClient.open(service.port);
    client.write(postWork('keeps the drain going'));
    await onlooker.untilBlocked();
    service.signal();
    await service.line('listener closed');
    await expect(RawClient.open(service.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await unlock();
    await client.waitForEnd();
    expect(await service.exitCode()).toBe(0);
  });

  it('keeps the listener open for the configured delay, and says 503 over fresh connections', async () => {
    const service = await ServiceProcess.start(environment().database.url, {
      env: { SHUTDOWN_DELAY_MS: '1000', SHUTDOWN_LINGER_MS: '50' },
    });
    service.signal();
    await service.line('shutting down');
    const answer = await service.fetch('/health', { headers: { connection: 'close' } });
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'shutting_down' }]);
    expect((await service.post('still taken')).status).toBe(201);
    expect(service.lines.some(({ msg }) => msg === 'listener closed')).toBe(false);
    expect(await service.exitCode()).toBe(0);
  });

  it('stops dependents before what they depend on, ends every connection, and reports it in the last line', async () => {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url);
    await service.post('one');
    expect(await onlooker.sessions()).toBeGreaterThan(0);
    service.signal();
    expect(await service.exitCode()).toBe(0);
    expect(await onlooker.sessions()).toBe(0);
    expect(inOrder(service, 'component-stopped')).toEqual([
      'http-server',
      'job-writer',
      'postgres-schema',
      'postgres-pool',
      'log',
    ]);
    expect(service.lines.at(-1)).toMatchObject({
      msg: 'drain report',
      exitCode: 0,
      reason: 'SIGTERM',
      outcome: 'clean',
    });
    expect(inOrder(service, 'component-started')).toEqual([
      'postgres-pool',
      'postgres-schema',
      'http-server',
    ]);
  });

  it('has exactly one row for each 201 and loses no request, however often it is restarted under load', async () => {
    const { database, onlooker } = environment();
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const service = await ServiceProcess.start(database.url, { env: { SHUTDOWN_LINGER_MS: '100' } });
      const clients = Array.from({ length: 8 }, (_, client) =>
        keepPosting(service.port, `${round}-${client}`),
      );
      await new Promise((resolve) => setTimeout(resolve, 50 + 30 * round));
      service.signal();
      for (const names of await Promise.all(clients)) acknowledged.push(...names);
      expect(await service.exitCode()).toBe(0);
    }
    expect(acknowledged.length).toBeGreaterThan(40);
    expect(await onlooker.names()).toEqual(acknowledged.sort());
  });
});

/** The components of these events that stand in one line of dependence, in the order of the log. */
function inOrder(service: ServiceProcess, event: string): unknown[] {
  const chain = ['http-server', 'job-writer', 'postgres-schema', 'postgres-pool', 'log'];
  const components = service.lines.filter((line) => line.event === event).map((line) => line.component);
  return components.filter((component) => chain.includes(component as string));
}

/** Posts one job after the other on one connection until the server says goodbye; every one must be answered. */
async function keepPosting(port: number, client: string): Promise<string[]> {
  const connection = await RawClient.open(port);
  const names: string[] = [];
  for (let count = 1; ; count += 1) {
    const name = `${client}-${count}`;
    connection.write(postWork(name));
    const answer = (await connection.waitForAnswers(count))[count - 1];
    if (answer?.status !== 201) throw new Error(`${name} was not answered 201: ${connection.received}`);
    names.push(name);
    if (answer.headers.get('connection') === 'close') break;
  }
  await connection.waitForEnd();
  return names;
}
