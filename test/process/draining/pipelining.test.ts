import { type RawClient, waitFor } from '../../support/raw-client';
import { FixtureProcess, inEachForm } from './fixture-process';
import { get, post } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('pipelined requests', () => {
  for (const [name, paths] of [
    ['in the order of their arrival', ['/slow?ms=200&tag=1', '/slow?ms=300&tag=2', '/slow?ms=400&tag=3']],
    ['though the last is ready first', ['/slow?ms=400&tag=1', '/slow?ms=300&tag=2', '/slow?ms=250&tag=3']],
    ['though their handler answers within its call', ['/fast?tag=1', '/fast?tag=2', '/fast?tag=3']],
  ] as const)
    inEachForm(`that arrive before the signal or after are all answered, ${name}`, async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 3_000 });
      const [before, after] = [await fixture.connect(), await fixture.connect()];
      before.write(get('/slow?ms=300&tag=0') + paths.map(get).join(''));
      await fixture.said((line) => line.tag === '3');
      await fixture.drain();
      after.write(paths.map(get).join(''));
      await Promise.all([before.waitForEnd(), after.waitForEnd()]);
      const connection = (client: RawClient) =>
        client.answers.filter(({ status }) => status === 200).map((a) => a.headers.get('connection'));
      // Heads that were made before the signal cannot carry the announcement.
      const madeBefore = paths[2].startsWith('/fast');
      expect(connection(before)).toEqual([
        'keep-alive',
        'keep-alive',
        'keep-alive',
        madeBefore ? 'keep-alive' : 'close',
      ]);
      expect(connection(after)).toEqual(['keep-alive', 'keep-alive', 'close']);
      expect((await fixture.exited()).code).toBe(0);
    });

  inEachForm(
    'that follow during the drain move the Connection: close to the last of them',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 3_000 });
      const client = await fixture.connect();
      client.write(get('/slow?ms=500&tag=0'));
      client.write(get('/slow?ms=1&tag=1'));
      await fixture.said((line) => line.tag === '1');
      await fixture.drain();
      // Its answer is complete, and waits for its turn. Half of a further request is on the wire when that comes.
      await new Promise((resolve) => setTimeout(resolve, 100));
      client.write(get('/fast?tag=2'));
      client.write('GET /fast?tag=3 HT');
      await client.waitForAnswers(3);
      client.write('TP/1.1\r\nHost: x\r\n\r\n');
      await client.waitForEnd();
      expect(client.answers.map((a) => a.headers.get('connection'))).toEqual([
        'keep-alive',
        'keep-alive',
        'keep-alive',
        'close',
      ]);
      expect((await fixture.exited()).code).toBe(0);
    },
  );

  inEachForm(
    'that arrive when the time for requests is over are each told so, and not run',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 1, budgetMs: 3_000 });
      const [slow, late] = [await fixture.connect(), await fixture.connect()];
      slow.write(get('/slow?ms=60000&stubborn=1'));
      await fixture.said((line) => line.ran === 'GET /slow');
      fixture.sigterm();
      await fixture.said((line) => line.event === 'cancelled');
      late.write(get('/fast') + get('/fast') + post('/work', 'too late'));
      await Promise.all([slow.waitForEnd(), late.waitForEnd()]);
      expect(late.answers.map((a) => [a.status, a.headers.get('connection')])).toEqual([
        [503, 'keep-alive'],
        [503, 'keep-alive'],
        [503, 'close'],
      ]);
      for (const { body } of late.answers) expect(JSON.parse(body)).toMatchObject({ kind: 'not-run' });
      expect((await fixture.exited()).code).toBe(1);
      expect([fixture.ran('GET /fast'), fixture.rows]).toEqual([0, []]);
      expect(fixture.report).toMatchObject({ forced: 1, figures: { turnedAway: 3 } });
    },
  );

  inEachForm('are not run once the client has been told Connection: close', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 3_000 });
    const client = await fixture.connect();
    await fixture.drain();
    client.write(get('/stream?ms=300'));
    await waitFor(
      () => client.received.includes('Connection: close'),
      2_000,
      () => client.received,
    );
    client.write(post('/work', 'too late'));
    await client.waitForEnd();
    expect((await fixture.exited()).code).toBe(0);
    expect([client.answers.length, fixture.rows]).toEqual([1, []]);
  });
});
