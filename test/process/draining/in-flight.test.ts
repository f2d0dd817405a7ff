import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { FixtureProcess, inEachForm } from './fixture-process';
import { get } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('what is in flight at the signal', () => {
  inEachForm('is answered with Connection: close, and the process exits with 0', async (fixtures) => {
    const fixture = await fixtures.start();
    const client = await fixture.connect();
    client.write(get('/slow?ms=400'));
    await fixture.said((line) => line.ran === 'GET /slow');
    await fixture.drain();
    const [answer] = await client.waitForAnswers(1);
    expect([answer?.status, answer?.headers.get('connection')]).toEqual([200, 'close']);
    expect(await client.waitForEnd()).toBe('fin');
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.report?.figures).toMatchObject({
      connectionsAtSignal: 1,
      answeredDuringDrain: 1,
    });
  });

  inEachForm(
    'keeps idle connections open, and what they ask is answered, for as long as it takes',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 20 });
      const [slow, idle] = [await fixture.connect(), await fixture.connect()];
      slow.write(get('/slow?ms=900'));
      await fixture.said((line) => line.ran === 'GET /slow');
      await fixture.drain();
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(idle.end).toBe('open');
      idle.write(get('/fast'));
      const [answer] = await idle.waitForAnswers(1);
      expect([answer?.status, answer?.headers.get('connection')]).toEqual([200, 'close']);
      expect(slow.answers).toEqual([]);
      await Promise.all([idle.waitForEnd(), slow.waitForEnd()]);
      expect(slow.answers[0]?.status).toBe(200);
      expect((await fixture.exited()).code).toBe(0);
    },
  );

  inEachForm('may be queued behind a blocked event loop', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 1 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => fixture.connect()));
    for (const client of clients) {
      client.write(get('/fast'));
      await client.waitForAnswers(1);
    }
    const blocker = await fixture.connect();
    blocker.write(get('/block?ms=400'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all(clients.map((client) => client.send(get('/fast'))));
    fixture.sigterm();
    for (const client of [...clients, blocker]) await client.waitForEnd();
    expect(clients.map((client) => client.answers.slice(0, 2).map((answer) => answer.status))).toEqual(
      clients.map(() => [200, 200]),
    );
    expect(blocker.answers[0]?.status).toBe(200);
    expect((await fixture.exited()).code).toBe(0);
  });
});

describe('new connections', () => {
  inEachForm('are refused while the drain goes on, and the port can be bound again', async (fixtures) => {
    const fixture = await fixtures.start();
    const client = await fixture.connect();
    client.write(get('/slow?ms=600'));
    await fixture.said((line) => line.ran === 'GET /slow');
    await fixture.drain();
    await expect(fixture.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const successor = createServer().listen(fixture.port, '127.0.0.1');
    await once(successor, 'listening');
    expect(client.answers).toEqual([]);
    successor.close();
    await client.waitForEnd();
    expect(client.answers[0]?.status).toBe(200);
    await fixture.exited();
  });
});

describe('a server that nobody is connected to', () => {
  inEachForm('does not wait for the linger', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 4_000 });
    connect(fixture.port, '127.0.0.1').destroy();
    fixture.sigterm();
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.report?.figures?.drainMs).toBeLessThan(4_000);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('reports for how long it ignored new connections rather than refuse them', async () => {
    const fixture = await FixtureProcess.start();
    fixture.sigterm();
    await fixture.exited();
    const { synDropMs, listenerCloseMs } = fixture.report?.figures ?? {};
    expect(synDropMs).toBeGreaterThan(0);
    expect(synDropMs).toBeLessThanOrEqual(listenerCloseMs ?? 0);
  });
});
