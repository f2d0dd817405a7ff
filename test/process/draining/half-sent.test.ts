import { waitFor } from '../../support/raw-client';
import { FixtureProcess, inEachForm } from './fixture-process';

afterEach(() => FixtureProcess.killAll());

describe('half-sent requests', () => {
  const limits = { silentClientTimeoutMs: 400 };

  inEachForm('are answered when the rest comes', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 1, limits });
    const [head, body] = [await fixture.connect(), await fixture.connect()];
    await head.send('POST /work HTTP/1.1\r\nHost: x\r\nConte');
    await body.send('POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
    await fixture.said((line) => line.ran === 'POST /work');
    await fixture.drain();
    // Longer in all than the timeout, which counts from the last byte.
    for (const [h, b] of [
      ['nt-Length', 'd'],
      [': 2\r\n\r\n', 'e'],
      ['hi', 'f'],
    ] as const) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      head.write(h);
      body.write(b);
    }
    await Promise.all([head.waitForEnd(), body.waitForEnd()]);
    expect([head.answers[0]?.status, body.answers[0]?.status]).toEqual([201, 201]);
    expect([...fixture.rows].sort()).toEqual(['abcdef', 'hi']);
    expect((await fixture.exited()).code).toBe(0);
  });

  inEachForm('get 408 and are not run when it does not, and nothing counts as lost', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 1, limits });
    const [head, body] = [await fixture.connect(), await fixture.connect()];
    await head.send('POST /work HTTP/1.1\r\nHost: x\r\nConte');
    await body.send('POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
    await fixture.said((line) => line.ran === 'POST /work');
    fixture.sigterm();
    for (const client of [head, body]) {
      const [answer] = await client.waitForAnswers(1);
      expect([answer?.status, answer?.headers.get('connection')]).toEqual([408, 'close']);
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 408, kind: 'timed-out' });
      // Completed after the 408, it must not be run all the same.
      client.write('def');
      expect(await client.waitForEnd()).toBe('fin');
    }
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.rows).toEqual([]);
    expect(fixture.report?.figures).toMatchObject({ timedOut: 2 });
  });

  inEachForm('that never stop trickling get their 408 before the budget ends', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 1, budgetMs: 1_500, limits });
    const client = await fixture.connect();
    await client.send('GET /fast HTTP/1.1\r\nHost: x\r\nX-Long: ');
    fixture.sigterm();
    while (client.answers.length === 0 && client.end === 'open') {
      client.write('x');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(client.answers[0]?.status).toBe(408);
    expect(await client.waitForEnd()).toBe('fin');
    expect((await fixture.exited()).code).toBe(0);
  });

  inEachForm('may wait for 100 Continue across the signal', async (fixtures) => {
    const fixture = await fixtures.start({ lingerMs: 3_000, limits });
    const [before, after] = [await fixture.connect(), await fixture.connect()];
    const head = 'POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n';
    before.write(head);
    await waitFor(
      () => before.sawContinue,
      2_000,
      () => before.received,
    );
    await fixture.drain();
    after.write(head);
    await waitFor(
      () => after.sawContinue,
      2_000,
      () => after.received,
    );
    for (const client of [before, after]) {
      client.write('job');
      await client.waitForEnd();
      expect(client.answers.map((a) => [a.status, a.headers.get('connection')])).toEqual([[201, 'close']]);
    }
    expect((await fixture.exited()).code).toBe(0);
  });
});
