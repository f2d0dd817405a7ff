import { FixtureProcess, inEachForm } from './fixture-process';
import { get, post } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('idle connections', () => {
  inEachForm('are given the linger, in which one more request is answered', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 400 });
    const [used, silent, unheard] = await Promise.all([1, 2, 3].map(() => fixture.connect()));
    used?.write(get('/fast'));
    await used?.waitForAnswers(1);
    await fixture.drain();
    await new Promise((resolve) => setTimeout(resolve, 150));
    used?.write(get('/fast'));
    silent?.write(post('/work', 'job'));
    await Promise.all([used, silent, unheard].map((client) => client?.waitForEnd()));
    expect(used?.answers.map((a) => a.headers.get('connection'))).toEqual(['keep-alive', 'close']);
    expect(silent?.answers.map((a) => [a.status, a.headers.get('connection')])).toEqual([[201, 'close']]);
    expect([unheard?.answers[0]?.status, unheard?.end]).toEqual([408, 'fin']);
    const { code, tookMs } = await fixture.exited();
    expect(code).toBe(0);
    expect(tookMs).toBeGreaterThanOrEqual(400);
  });

  inEachForm('do not hold the process once they are gone', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 4_000 });
    const client = await fixture.connect();
    await fixture.drain();
    client.halfClose();
    expect((await fixture.exited()).tookMs).toBeLessThan(4_000);
  });

  inEachForm('that had long been silent still learn of the shutdown during the linger', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 4_000 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => fixture.connect()));
    for (const client of clients) client.write(get('/fast'));
    for (const client of clients) await client.waitForAnswers(1);
    // Longer than a balancer's probe is away, and than any heuristic for "silent" should be.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await fixture.drain();
    for (const client of clients) client.write(get('/fast'));
    await Promise.all(clients.map((client) => client.waitForEnd()));
    const closing = clients.map(({ answers }) => answers.map((a) => [a.status, a.headers.get('connection')]));
    expect(closing).toEqual(
      clients.map(() => [
        [200, 'keep-alive'],
        [200, 'close'],
      ]),
    );
  });

  inEachForm(
    'whose clients never close do not hold the process past the wait for their FIN',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 1 });
      const client = await fixture.connect();
      fixture.sigterm();
      const { code, tookMs } = await fixture.exited();
      expect([code, client.end]).toEqual([0, 'fin']);
      expect(tookMs).toBeGreaterThan(300);
      expect(tookMs).toBeLessThan(3_000);
    },
  );

  inEachForm(
    'always learn what became of a request that races with the end of the linger: 201 and run, or 408 and not',
    async (fixtures) => {
      const statuses = new Set<number | undefined>();
      for (let round = 0; round < 5; round += 1) {
        const fixture = await fixtures.start({ lingerMs: 100 });
        const clients = await Promise.all(Array.from({ length: 60 }, () => fixture.connect()));
        // Every other one has not spoken before.
        const used = clients.filter((_, i) => i % 2 === 0);
        for (const client of used) client.write(get('/fast'));
        for (const client of used) await client.waitForAnswers(1);
        fixture.sigterm();
        const sent = clients.map(async (client, i) => {
          await new Promise((resolve) => setTimeout(resolve, 5 * i));
          client.write(post('/work', `job-${i}`));
          expect(await client.waitForEnd()).toBe('fin');
        });
        await Promise.all(sent);
        expect((await fixture.exited()).code).toBe(0);
        // After an answer from before the announcement a 408 may follow: it answers nothing.
        const answers = clients.map((client, i) => client.answers[i % 2 === 0 ? 1 : 0]);
        for (const answer of answers) statuses.add(answer?.status);
        const created = answers.filter((answer) => answer?.status === 201);
        expect([...fixture.rows].sort()).toEqual(created.map((answer) => answer?.body).sort());
      }
      // Both sides of the race have been seen, and nothing else.
      expect([...statuses].sort()).toEqual([201, 408]);
    },
  );
});
