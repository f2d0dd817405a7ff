import { connect } from 'node:net';
import { RawClient, waitFor } from '../../support/raw-client';
import { FixtureProcess } from './fixture-process';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const post = (path: string, body: string, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

afterEach(() => FixtureProcess.killAll());

describe('what is in flight at the signal', () => {
  it('is answered with Connection: close, and the process exits with 0', async () => {
    const fixture = await FixtureProcess.start();
    const client = await RawClient.open(fixture.port);
    client.write(get('/slow?ms=400'));
    await fixture.said((line) => line.ran === 'GET /slow');
    await fixture.drain();
    const [answer] = await client.waitForAnswers(1);
    expect([answer?.status, answer?.headers.get('connection')]).toEqual([200, 'close']);
    expect(await client.waitForEnd()).toBe('fin');
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.report?.figures).toMatchObject({
      connectionsAtSignal: 1,
      activeAtSignal: 1,
      answeredDuringDrain: 1,
    });
  });

  it('keeps idle connections open, and what they ask is answered, for as long as it takes', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 20 });
    const [slow, idle] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
    slow.write(get('/slow?ms=500'));
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
  });

  it('may be queued behind a blocked event loop', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.open(fixture.port)));
    for (const client of clients) {
      client.write(get('/fast'));
      await client.waitForAnswers(1);
    }
    const blocker = await RawClient.open(fixture.port);
    blocker.write(get('/block?ms=400'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.all(clients.map((client) => client.send(get('/fast'))));
    fixture.sigterm();
    for (const client of [...clients, blocker]) await client.waitForEnd();
    expect(clients.map((client) => client.answers.map((answer) => answer.status))).toEqual(
      clients.map(() => [200, 200]),
    );
    expect(blocker.answers[0]?.status).toBe(200);
    expect((await fixture.exited()).code).toBe(0);
  });
});

describe('new connections', () => {
  it('are refused while the drain goes on, and the port can be bound again', async () => {
    const fixture = await FixtureProcess.start();
    const client = await RawClient.open(fixture.port);
    client.write(get('/slow?ms=600'));
    await fixture.said((line) => line.ran === 'GET /slow');
    await fixture.drain();
    await expect(RawClient.open(fixture.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await client.waitForEnd();
    expect(client.answers[0]?.status).toBe(200);
    await fixture.exited();
  });
});

describe('idle connections', () => {
  it('are given the linger, in which one more request is answered', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 400 });
    const [used, silent, unheard] = await Promise.all([1, 2, 3].map(() => RawClient.open(fixture.port)));
    used?.write(get('/fast'));
    await used?.waitForAnswers(1);
    await fixture.drain();
    await new Promise((resolve) => setTimeout(resolve, 150));
    used?.write(get('/fast'));
    silent?.write(post('/work', 'job'));
    await Promise.all([used, silent, unheard].map((client) => client?.waitForEnd()));
    expect(used?.answers.map((a) => a.headers.get('connection'))).toEqual(['keep-alive', 'close']);
    expect(silent?.answers.map((a) => [a.status, a.headers.get('connection')])).toEqual([[201, 'close']]);
    expect([unheard?.received, unheard?.end]).toEqual(['', 'fin']);
    const { code, tookMs } = await fixture.exited();
    expect(code).toBe(0);
    expect(tookMs).toBeGreaterThanOrEqual(400);
  });

  it('do not hold the process once they are gone', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 4_000 });
    const client = await RawClient.open(fixture.port);
    await fixture.drain();
    client.halfClose();
    expect((await fixture.exited()).tookMs).toBeLessThan(1_500);
  });

  it('that were silent for over a second before the signal are let go early', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 4_000 });
    const clients = await Promise.all(Array.from({ length: 32 }, () => RawClient.open(fixture.port)));
    for (const client of clients) client.write(get('/fast'));
    for (const client of clients) await client.waitForAnswers(1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    fixture.sigterm();
    await Promise.all(clients.map((client) => client.waitForEnd()));
    expect((await fixture.exited()).tookMs).toBeLessThan(1_500);
  });

  it('whose clients never close do not hold the process past the wait for their FIN', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1 });
    const client = await RawClient.open(fixture.port);
    fixture.sigterm();
    const { code, tookMs } = await fixture.exited();
    expect([code, client.end]).toEqual([0, 'fin']);
    expect(tookMs).toBeGreaterThan(300);
    expect(tookMs).toBeLessThan(3_000);
  });

  it('are answered or not run, never run unanswered, when a request races with the end of the linger', async () => {
    let [answered, unanswered] = [0, 0];
    for (let round = 0; round < 8; round += 1) {
      const lingerMs = 60;
      const fixture = await FixtureProcess.start({ lingerMs });
      const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.open(fixture.port)));
      fixture.sigterm();
      const sent = clients.map(async (client, i) => {
        await new Promise((resolve) => setTimeout(resolve, lingerMs - 15 + i));
        client.write(post('/work', `job-${i}`));
        await client.waitForEnd();
      });
      await Promise.all(sent);
      expect((await fixture.exited()).code).toBe(0);
      const acknowledged = clients.flatMap((c) =>
        c.answers.filter((a) => a.status === 201).map((a) => a.body),
      );
      expect([...fixture.rows].sort()).toEqual(acknowledged.sort());
      answered += acknowledged.length;
      unanswered += clients.length - acknowledged.length;
    }
    // Both sides of the race have been seen.
    expect(Math.min(answered, unanswered)).toBeGreaterThan(0);
  });
});

describe('pipelined requests', () => {
  it.each([
    ['in the order of their arrival', ['/slow?ms=200&tag=1', '/slow?ms=300&tag=2', '/slow?ms=400&tag=3']],
    ['though the last is ready first', ['/slow?ms=400&tag=1', '/slow?ms=300&tag=2', '/slow?ms=250&tag=3']],
    ['though their handler answers within its call', ['/fast?tag=1', '/fast?tag=2', '/fast?tag=3']],
  ])('that arrive before the signal or after are all answered, %s', async (_name, paths) => {
    const fixture = await FixtureProcess.start({ lingerMs: 500 });
    const [before, after] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
    before.write(get('/slow?ms=300&tag=0') + paths.map(get).join(''));
    await fixture.said((line) => line.tag === '3');
    await fixture.drain();
    after.write(paths.map(get).join(''));
    await Promise.all([before.waitForEnd(), after.waitForEnd()]);
    const connection = (client: RawClient) => client.answers.map((a) => a.headers.get('connection'));
    // Heads that were made before the signal cannot carry the announcement.
    const madeBefore = paths[2]?.startsWith('/fast');
    expect(connection(before)).toEqual([
      'keep-alive',
      'keep-alive',
      'keep-alive',
      madeBefore ? 'keep-alive' : 'close',
    ]);
    expect(connection(after)).toEqual(['keep-alive', 'keep-alive', 'close']);
    expect([...before.answers, ...after.answers].every((a) => a.status === 200)).toBe(true);
    expect((await fixture.exited()).code).toBe(0);
  });

  it('that follow during the drain move the Connection: close to the last of them', async () => {
    const fixture = await FixtureProcess.start();
    const client = await RawClient.open(fixture.port);
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
  });

  it('are not run once the client has been told Connection: close', async () => {
    const fixture = await FixtureProcess.start();
    const client = await RawClient.open(fixture.port);
    await fixture.drain();
    client.write(get('/big?tag=last'));
    await client.waitForAnswers(1);
    client.write(post('/work', 'too late'));
    await client.waitForEnd();
    expect((await fixture.exited()).code).toBe(0);
    expect([client.answers.length, fixture.rows]).toEqual([1, []]);
  });
});

describe('half-sent requests', () => {
  const limits = { halfSentTimeoutMs: 400 };

  it('are answered when the rest comes', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1, limits });
    const [head, body] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
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

  it('get 408 and are not run when it does not, and nothing counts as lost', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1, limits });
    const [head, body] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
    await head.send('POST /work HTTP/1.1\r\nHost: x\r\nConte');
    await body.send('POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc');
    await fixture.said((line) => line.ran === 'POST /work');
    fixture.sigterm();
    for (const client of [head, body]) {
      const [answer] = await client.waitForAnswers(1);
      expect([answer?.status, answer?.headers.get('connection')]).toEqual([408, 'close']);
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status: 408, code: 'request_timeout' });
      // Completed after the 408, it must not be run all the same.
      client.write('def');
      expect(await client.waitForEnd()).toBe('fin');
    }
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.rows).toEqual([]);
    expect(fixture.report?.figures).toMatchObject({ timedOut: 2 });
  });

  it('that never stop trickling get their 408 before the budget ends', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1, budgetMs: 1_500, limits });
    const client = await RawClient.open(fixture.port);
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

  it('may wait for 100 Continue across the signal', async () => {
    const fixture = await FixtureProcess.start({ limits });
    const [before, after] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
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

describe('the end of a connection', () => {
  it('reaches a client that half-closed after its request, with the answer before it', async () => {
    const fixture = await FixtureProcess.start();
    const [before, during] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
    before.write(get('/slow?ms=300'));
    before.halfClose();
    await fixture.said((line) => line.ran === 'GET /slow');
    await fixture.drain();
    during.write(post('/work', 'job'));
    during.halfClose();
    await Promise.all([before.waitForEnd(), during.waitForEnd()]);
    expect([before.answers[0]?.status, before.end]).toEqual([200, 'fin']);
    expect([during.answers[0]?.status, during.end]).toEqual([201, 'fin']);
    expect((await fixture.exited()).code).toBe(0);
  });

  it('is a FIN, never an RST, for a client that is still writing when it gets its 413', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 1_000 });
    for (const draining of [false, true]) {
      const clients = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(fixture.port)));
      if (draining) await fixture.drain();
      await Promise.all(
        clients.map(async (client) => {
          await client.send('POST /limited HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n');
          for (let i = 0; i < 40; i += 1) await client.send('x'.repeat(100_000));
          const [answer] = await client.waitForAnswers(1);
          expect([answer?.status, answer?.body]).toEqual([413, 'too large']);
          expect(client.end).toMatch(/^(fin|open)$/);
          client.halfClose();
        }),
      );
    }
    expect((await fixture.exited()).code).toBe(0);
  });

  it('does not wait past the budget for a client that never reads its answer', async () => {
    const fixture = await FixtureProcess.start({ budgetMs: 1_500 });
    const client = await RawClient.open(fixture.port, { reading: false });
    client.write(get('/big'));
    await fixture.said((line) => line.ran === 'GET /big');
    fixture.sigterm();
    const { code, tookMs } = await fixture.exited();
    expect(code).toBe(1);
    expect(fixture.report?.forced).toBe(1);
    expect(tookMs).toBeLessThan(2_500);
    client.destroy();
  });

  it('comes at the end of the linger for upgraded and hijacked sockets, whatever they are at', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 200, upgrades: true });
    const [upgraded, hijacked, slow] = await Promise.all([1, 2, 3].map(() => RawClient.open(fixture.port)));
    upgraded?.write('GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await waitFor(
      () => /101/.test(upgraded?.received ?? ''),
      2_000,
      () => 'no upgrade',
    );
    hijacked?.write(get('/hijack'));
    await waitFor(
      () => hijacked?.received === 'raw',
      2_000,
      () => 'no hijack',
    );
    slow?.write(get('/slow?ms=900'));
    await fixture.said((line) => line.ran === 'GET /slow');
    fixture.sigterm();
    await Promise.all([upgraded?.waitForEnd(), hijacked?.waitForEnd()]);
    expect([upgraded?.end, hijacked?.end, slow?.end]).toEqual(['fin', 'fin', 'open']);
    await slow?.waitForEnd();
    expect(slow?.answers[0]?.status).toBe(200);
    expect((await fixture.exited()).code).toBe(0);
  });

  it('does not take the answers to earlier requests along when a later one is malformed', async () => {
    const fixture = await FixtureProcess.start();
    for (const draining of [false, true]) {
      const client = await RawClient.open(fixture.port);
      if (draining) await fixture.drain();
      client.write(`${get('/slow?ms=100')}rubbish\r\n\r\n`);
      expect(await client.waitForEnd()).toBe('fin');
      expect(client.answers.map((a) => a.status)).toEqual([200, 400]);
    }
    expect((await fixture.exited()).code).toBe(0);
  });
});

describe('the hard deadline', () => {
  it('cancels what is in flight; handlers answer for themselves, and a COMMIT that had won counts as done', async () => {
    const fixture = await FixtureProcess.start({ budgetMs: 800 });
    const [slow, won] = [await RawClient.open(fixture.port), await RawClient.open(fixture.port)];
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
  });

  it('answers 503 in the place of handlers that do not, each pipelined request for itself', async () => {
    const fixture = await FixtureProcess.start({ budgetMs: 800 });
    const client = await RawClient.open(fixture.port);
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
    expect(third?.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(third?.body ?? '')).toMatchObject({ status: 503, code: 'shutting_down' });
    const { code, tookMs } = await fixture.exited();
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(2_000);
    expect(fixture.report?.forced).toBe(2);
  });
});

describe('a server that nobody is connected to', () => {
  it('has stopped within milliseconds', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 4_000 });
    connect(fixture.port, '127.0.0.1').destroy();
    fixture.sigterm();
    expect((await fixture.exited()).code).toBe(0);
    expect(fixture.report?.figures?.drainMs).toBeLessThan(500);
  });
});
