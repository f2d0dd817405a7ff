import { once } from 'node:events';
import http2 from 'node:http2';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { CERTIFICATE } from '../../support/certificate';
import { describeUnless } from '../../support/optional-suite';
import { until } from '../../support/until';
import { ExampleProcess, withoutFrameworks, withoutPackage } from './example-process';
import { KeptAliveClient } from './requests';

afterEach(() => ExampleProcess.killAll());

/** One answer is asked for, half a job is sent, the server is told to stop, and the other half follows. */
async function stopWithHalfARequest(file: string, env: Record<string, string> = {}) {
  const secure = env.CERT !== undefined;
  const example = await ExampleProcess.start(file, env);
  const client = () => new KeptAliveClient(example.port, secure);
  const probe = client();
  expect(await client().work()).toMatchObject({ status: 201 });
  expect(await probe.health()).toMatchObject({ status: 200 });
  const half = await client().halfOfWork();
  example.stop();
  const health = await until('a goodbye', async () => {
    const told = await probe.health();
    return told.connection === 'close' && told;
  });
  // Of a cluster, the half request may be at another worker than the probe.
  await example.untilDraining();
  const work = await half.finish();
  return { health, work, exitCode: await example.exitCode() };
}

const LOSS_FREE = {
  health: { status: 503, connection: 'close' },
  work: { status: 201, connection: 'close' },
  exitCode: 0,
};

describeUnless(withoutPackage, 'the examples of node alone', () => {
  it.each(['node-http.js', 'cluster.js', 'event-stream.js', 'lifecycle.js'])(
    '%s answers what it has half received, and says 503 to whoever asks for its health',
    async (file) => {
      expect(await stopWithHalfARequest(file)).toMatchObject(LOSS_FREE);
    },
  );

  it('node-https.js does so, too', async () => {
    const { key: KEY, cert: CERT } = CERTIFICATE;
    expect(await stopWithHalfARequest('node-https.js', { KEY, CERT })).toMatchObject(LOSS_FREE);
  });

  it('http2.js answers a stream that it has half received, and closes the session', async () => {
    const example = await ExampleProcess.start('http2.js');
    const session = http2.connect(`http://127.0.0.1:${example.port}`);
    const probe = async () => {
      const stream = session.request({ ':path': '/health' });
      const [{ ':status': status }] = await once(stream, 'response');
      stream.resume();
      return status;
    };
    expect(await probe()).toBe(200);
    const work = session.request({ ':method': 'POST', ':path': '/work' });
    await new Promise((written) => work.write('{"name":', written));
    // Its answer comes after what was read before it.
    await new Promise((answered) => session.ping(answered));
    const goaway = once(session, 'goaway');
    const closed = once(session, 'close');
    example.stop();
    await goaway;
    const answered = once(work, 'response');
    work.end('"half a job"}');
    const [{ ':status': status }] = await answered;
    expect({ status, body: JSON.parse(await text(work)) }).toMatchObject({
      status: 201,
      body: { name: 'half a job' },
    });
    await closed;
    expect(await example.exitCode()).toBe(0);
  });

  it('event-stream.js says goodbye to who listens, and ends the stream', async () => {
    const example = await ExampleProcess.start('event-stream.js');
    const answer = await fetch(`http://127.0.0.1:${example.port}/events`);
    example.stop();
    expect(await answer.text()).toBe('event: hello\ndata:\n\nretry: 1000\nevent: goodbye\ndata:\n\n');
    expect(await example.exitCode()).toBe(0);
  });
});

describeUnless(withoutPackage ?? withoutFrameworks, 'the examples of frameworks', () => {
  it('nest.mjs would answer 500 with its jobs ended in onModuleDestroy, and the report says so', async () => {
    const example = await ExampleProcess.start(path.join(__dirname, 'nest.fixture.mjs'));
    const half = await new KeptAliveClient(example.port, false).halfOfWork();
    example.stop();
    await example.untilDraining();
    expect(await half.finish()).toMatchObject({ status: 500 });
    expect(await example.exitCode()).toBe(0);
    expect(JSON.parse(example.output.slice(example.output.indexOf('{"outcome"')))).toMatchObject({
      outcome: 'clean',
      answered: 1,
      failed: 1,
    });
  });

  it.each(['express.js', 'fastify.js', 'nest.mjs', 'hono.js', 'koa.js', 'websocket.js', 'socket-io.js'])(
    '%s answers what it has half received, and says 503 to whoever asks for its health',
    async (file) => {
      expect(await stopWithHalfARequest(file)).toMatchObject(LOSS_FREE);
    },
  );
});
