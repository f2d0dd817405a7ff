import { FixtureProcess, inEachForm } from './fixture-process';
import { get, post } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('the hard deadline', () => {
  inEachForm(
    'cancels what is in flight; handlers answer for themselves, and a COMMIT that had won counts as done',
    async (fixtures) => {
      const fixture = await fixtures.start({ budgetMs: 1_500 });
      const [slow, won] = [await fixture.connect(), await fixture.connect()];
      slow.write(get('/slow?ms=60000'));
      won.write(get('/won?ms=60000'));
      await fixture.said((line) => line.ran === 'GET /slow');
      await fixture.said((line) => line.ran === 'GET /won');
      fixture.sigterm();
      await Promise.all([slow.waitForEnd(), won.waitForEnd()]);
      expect([slow.answers[0]?.status, won.answers[0]?.status]).toEqual([503, 201]);
      expect((await fixture.exited()).code).toBe(1);
      expect(fixture.lines.filter((line) => line.cancelled)).toHaveLength(1);
      expect(fixture.report?.forced).toBe(1);
    },
  );

  inEachForm(
    'answers 503 in the place of handlers that do not, each pipelined request for itself',
    async (fixtures) => {
      const fixture = await fixtures.start({ budgetMs: 1_500 });
      const client = await fixture.connect();
      client.write(
        get('/slow?ms=60000&stubborn=1') +
          get('/slow?ms=1&stubborn=1') +
          get('/slow?ms=60000&stubborn=1&tag=3'),
      );
      await fixture.said((line) => line.tag === '3');
      fixture.sigterm();
      expect(await client.waitForEnd()).toBe('fin');
      const [first, second, third] = client.answers;
      expect([first?.status, second?.status, third?.status]).toEqual([503, 200, 503]);
      expect([first, second, third].map((a) => a?.headers.get('connection'))).toEqual([
        'keep-alive',
        'keep-alive',
        'close',
      ]);
      expect(third?.headers.get('retry-after')).toBe('1');
      expect(third?.headers.get('content-type')).toBe('application/json');
      expect(JSON.parse(third?.body ?? '')).toMatchObject({
        status: 503,
        kind: 'not-awaited',
        method: 'GET',
      });
      const { code, tookMs } = await fixture.exited();
      expect(code).toBe(1);
      expect(tookMs).toBeLessThan(3_000);
      expect(fixture.report?.forced).toBe(2);
    },
  );

  inEachForm(
    'keeps an answer that was ready and waited for its turn behind such a handler',
    async (fixtures) => {
      const fixture = await fixtures.start({ budgetMs: 1_500 });
      const client = await fixture.connect();
      client.write(get('/slow?ms=60000&stubborn=1'));
      await fixture.said((line) => line.ran === 'GET /slow');
      await fixture.drain();
      client.write(post('/work', 'stored'));
      expect(await client.waitForEnd()).toBe('fin');
      expect(client.answers.map((a) => [a.status, a.headers.get('connection')])).toEqual([
        [503, 'keep-alive'],
        [201, 'close'],
      ]);
      expect((await fixture.exited()).code).toBe(1);
      expect(fixture.report?.forced).toBe(1);
    },
  );
});
