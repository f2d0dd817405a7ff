import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { RawClient } from '../../support/raw-client';
import { ServiceProcess } from '../../support/service-process';
import { freshDatabase, postWork } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();
const THROW_LATER = path.resolve(__dirname, '../../support/throw-later.cjs');

describe('a configuration that is not valid', () => {
  it('ends the process with 1 and one message that names every fault, and no password', async () => {
    const service = ServiceProcess.spawn({
      env: {
        PORT: 'many',
        DATABASE_URL: 'postgres://root:se#cret@db/jobs',
        DATABASE_CONNECT_TIMEOUT_MS: '0',
        SHUTDOWN_TIMEOUT_MS: '-1',
        LOG_LEVEL: 'loud',
        LISTEN_PID: 'me',
        LISTEN_FDS: '1',
        NOTIFY_SOCKET: 'relative',
      },
    });
    expect(await service.exitCode()).toBe(1);
    expect(service.lines).toEqual([]);
    expect(service.stderr).toMatch(/^lastcall: the configuration is not valid:\n/);
    const names = service.stderr.match(/(?<=^ {2}- )\w+(?=: )/gm);
    expect(names?.sort()).toEqual([
      ...['DATABASE_CONNECT_TIMEOUT_MS', 'DATABASE_URL', 'LISTEN_PID', 'LOG_LEVEL', 'NOTIFY_SOCKET', 'PORT'],
      'SHUTDOWN_TIMEOUT_MS',
    ]);
    expect(service.stderr).not.toMatch(/se#|cret|\n\s+at /);
  });

  it.each([
    ['an empty DATABASE_URL', { DATABASE_URL: '' }],
    ['none in production', { NODE_ENV: 'production' }],
  ])('and starts no private database for %s', async (_, env) => {
    const service = ServiceProcess.spawn({ env });
    expect(await service.exitCode()).toBe(1);
    expect(service.stderr).toMatch(/^ {2}- DATABASE_URL: .*embedded:/m);
    expect(service.lines).toEqual([]);
  });
});

describe('a start that fails', () => {
  it('stops what had started and exits with 1 when the port is taken', async () => {
    const { database, onlooker } = environment();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: database.url, PORT: String(port) } });
    expect(await service.exitCode()).toBe(1);
    taken.close();
    expect(await service.line('could not start http-server')).toMatchObject({
      err: {
        code: 'EADDRINUSE',
        message: expect.stringContaining(`PORT=${port} is taken at HOST=127.0.0.1`),
      },
    });
    const stopped = service.lines.filter(({ event }) => event === 'component-stopped');
    expect(stopped.map(({ component }) => component)).toEqual(
      expect.arrayContaining(['postgres-pool', 'log']),
    );
    expect(await onlooker.sessions()).toBe(0);
    expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', exitCode: 1 });
  });

  it('names HOST, which shells set for other purposes, when it is no address to listen on', async () => {
    const HOST = 'x86_64-conda-linux-gnu';
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: environment().database.url, HOST } });
    expect(await service.exitCode()).toBe(1);
    const message = expect.stringContaining(
      `HOST=${HOST} is no host that can be found; set HOST to an address`,
    );
    expect(await service.line('could not start http-server')).toMatchObject({ err: { message } });
  });

  it('exits with 1 and one readable error when the database stays out of reach', async () => {
    const service = ServiceProcess.spawn({
      env: {
        DATABASE_URL: 'postgres://someone:secret@127.0.0.1:1/none',
        DATABASE_CONNECT_TIMEOUT_MS: '300',
      },
    });
    expect(await service.exitCode()).toBe(1);
    const failure = await service.line('could not start postgres-pool');
    expect(failure).toMatchObject({
      err: { message: expect.stringMatching(/^the database cannot be reached: /) },
    });
    expect(service.lines.filter(({ err }) => err !== undefined)).toEqual([failure]);
    expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', level: 'error', exitCode: 1 });
    expect(service.output()).not.toContain('secret');
  });

  it('exits with 1 at once when the credentials are wrong', async () => {
    const url = new URL(environment().database.url);
    url.username = 'nobody_of_this_name';
    url.password = 'wrong';
    const service = ServiceProcess.spawn({
      env: { DATABASE_URL: url.href, DATABASE_CONNECT_TIMEOUT_MS: '60000' },
    });
    expect(await service.exitCode(15_000)).toBe(1);
  });
});

describe('an error that nobody caught', () => {
  /** A service that can be made to fail, with a job that a lock on the table holds until `unlock`. */
  async function startWithJobInFlight() {
    const { database, onlooker } = environment();
    const service = await ServiceProcess.start(database.url, { nodeOptions: ['--require', THROW_LATER] });
    const unlock = await onlooker.lockJobs();
    const client = await RawClient.open(service.port);
    client.write(postWork('in flight'));
    await onlooker.untilBlocked();
    return { service, client, unlock };
  }

  it.each([
    ['uncaughtException', 'SIGUSR2', 'thrown by the test'],
    ['unhandledRejection', 'SIGPIPE', 'rejected by the test'],
  ] as const)('drains and exits with 1: %s', async (origin, signal, message) => {
    const { service, client, unlock } = await startWithJobInFlight();
    service.signal(signal);
    expect(await service.line(origin)).toMatchObject({ level: 'error', err: { message } });
    await service.line('listener closed');
    await unlock();
    expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
    await client.waitForEnd();
    expect(await service.exitCode()).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', exitCode: 1, reason: origin });
    expect(await environment().onlooker.names()).toEqual(['in flight']);
  });

  it('makes the exit code 1 also when it comes while a drain is under way, of which there is one report', async () => {
    const { service, client, unlock } = await startWithJobInFlight();
    service.signal();
    await service.line('listener closed');
    for (const [origin, signal] of [
      ['uncaughtException', 'SIGUSR2'],
      ['unhandledRejection', 'SIGPIPE'],
    ] as const) {
      service.signal(signal);
      await service.line(origin);
    }
    await unlock();
    expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
    await client.waitForEnd();
    expect(await service.exitCode()).toBe(1);
    const reports = service.lines.filter(({ msg }) => msg === 'drain report');
    expect(reports).toMatchObject([{ exitCode: 1, reason: 'SIGTERM', outcome: 'clean' }]);
    expect(service.lines.at(-1)).toBe(reports[0]);
  });
});
