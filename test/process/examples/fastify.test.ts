import { once } from 'node:events';
import path from 'node:path';
import { describeUnless } from '../../support/optional-suite';
import { RawClient } from '../../support/raw-client';
import { PROJECT } from '../../support/service-process';
import { until } from '../../support/until';
import { ExampleProcess, requireFromExamples, withoutFrameworks, withoutPackage } from './example-process';

const FIXTURE = path.join(__dirname, 'fastify.fixture.js');
const REGISTER = ['--require', path.join(PROJECT, 'packages/drain/dist/register.js')];
/** As long as the fixture's own: the drain has the time that it takes us to see that it is under way. */
const LINGER = { LASTCALL_DRAIN: '{"lingerMs":5000}' };
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const ADDRESSES = ['127.0.0.1', '127.0.0.2'];

afterEach(() => ExampleProcess.killAll());

/** On each address, somebody is connected when it is told to stop, and asks only then. */
async function askedAfterTheSignal(example: ExampleProcess, addresses: readonly string[]): Promise<number[]> {
  // The second server listens when the first has been heard of.
  const open = (host: string) =>
    until(host, () => RawClient.open(example.port, { host }).catch(() => undefined));
  const clients = await Promise.all(addresses.map(open));
  example.stop();
  await Promise.all(addresses.map((host) => example.untilDraining(host)));
  for (const client of clients) client.write(GET);
  await Promise.all(clients.map((client) => client.waitForEnd()));
  return clients.flatMap(({ answers }) => answers.map(({ status }) => status));
}

async function handleOne({ port }: ExampleProcess): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
}

describeUnless(withoutPackage ?? withoutFrameworks, "Fastify's app.close()", () => {
  it('with register, waits for the drain of each of its servers, before the first request too', async () => {
    const example = await ExampleProcess.start(FIXTURE, { FORM: 'two-addresses', ...LINGER }, REGISTER);
    expect(await askedAfterTheSignal(example, ADDRESSES)).toEqual([200, 200]);
    expect(await example.exitCode()).toBe(0);
  });

  it.each([
    ['register', LINGER, REGISTER],
    ['drainable(app.server)', { ATTACHED: '1' }, []],
  ])(
    'with %s, runs the hooks that end what has no end of its own when the drain begins',
    async (_how, env, options) => {
      const example = await ExampleProcess.start(FIXTURE, { FORM: 'pre-close', ...env }, options);
      const { WebSocket } = requireFromExamples('ws');
      await handleOne(example);
      const socket = new WebSocket(`ws://127.0.0.1:${example.port}`);
      await once(socket, 'open');
      const poll = await RawClient.open(example.port);
      await poll.send('GET /poll HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await handleOne(example);
      const closed = once(socket, 'close');
      example.stop();
      expect((await closed)[0]).toBe(1001);
      await poll.waitForEnd();
      expect(poll.answers[0]?.status).toBe(204);
      expect(await example.exitCode()).toBe(0);
    },
  );

  it('with register, fails as ever where a hook never comes to its end', async () => {
    const example = await ExampleProcess.start(FIXTURE, { FORM: 'stuck' }, REGISTER);
    example.stop();
    expect(await example.exitCode()).toBe(3);
  });

  it('with register, also of a server that two applications share', async () => {
    const example = await ExampleProcess.start(FIXTURE, { FORM: 'shared', ...LINGER }, REGISTER);
    expect(await askedAfterTheSignal(example, ADDRESSES.slice(0, 1))).toEqual([200]);
    expect(await example.exitCode()).toBe(0);
  });

  it('with drainable(app.server), waits from the first request on, and says which server is not drained', async () => {
    const example = await ExampleProcess.start(FIXTURE, { FORM: 'two-addresses', ATTACHED: '1' });
    await handleOne(example);
    await until('the warning', () => example.output.includes('LASTCALL_FASTIFY_HOST'));
    expect(await askedAfterTheSignal(example, ADDRESSES.slice(0, 1))).toEqual([200]);
    expect(await example.exitCode()).toBe(0);
  });

  it('with drainable(app.server), before the first request is the one that Fastify has: it refuses', async () => {
    const example = await ExampleProcess.start(FIXTURE, { FORM: 'two-addresses', ATTACHED: '1' });
    expect(await askedAfterTheSignal(example, ADDRESSES.slice(0, 1))).toEqual([503]);
    expect(await example.exitCode()).toBe(0);
  });
});
