import { waitFor } from '../../support/raw-client';
import { FixtureProcess, inEachForm } from './fixture-process';
import { get, post } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('the end of a connection', () => {
  inEachForm(
    'reaches a client that half-closed after its request, with the answer before it',
    async (fixtures, form) => {
      const fixture = await fixtures.start({ lingerMs: 3_000 });
      const [before, during] = [await fixture.connect(), await fixture.connect()];
      before.write(get('/slow?ms=300'));
      // Before the signal somebody else's server does as node:http does, and gives the request up.
      if (form === 'own') before.halfClose();
      await fixture.said((line) => line.ran === 'GET /slow');
      await fixture.drain();
      if (form !== 'own') before.halfClose();
      during.write(post('/work', 'job'));
      during.halfClose();
      await Promise.all([before.waitForEnd(), during.waitForEnd()]);
      expect([before.answers[0]?.status, before.end]).toEqual([200, 'fin']);
      expect([during.answers[0]?.status, during.end]).toEqual([201, 'fin']);
      expect((await fixture.exited()).code).toBe(0);
    },
  );

  inEachForm(
    'is a FIN, never an RST, for a client that is still writing when it gets its 413',
    async (fixtures, form) => {
      const fixture = await fixtures.start({ lingerMs: 3_000 });
      // Outside of a drain somebody else's server does as node:http does.
      for (const draining of form === 'own' ? [false, true] : [true]) {
        const clients = await Promise.all(Array.from({ length: 10 }, () => fixture.connect()));
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
    },
  );

  inEachForm(
    'does not wait for a client that has stopped reading, and nothing counts as lost',
    async (fixtures) => {
      const fixture = await fixtures.start({ limits: { silentClientTimeoutMs: 300 } });
      const client = await fixture.connect({ reading: false });
      client.write(get('/big') + get('/fast') + post('/work', 'stored'));
      await fixture.said((line) => line.row === 'stored');
      fixture.sigterm();
      expect((await fixture.exited()).code).toBe(0);
      expect(fixture.report).toMatchObject({ forced: 0, figures: { unread: 3 } });
      expect(fixture.lines.map((line) => line.event)).not.toContain('cancelled');
      client.destroy();
    },
  );

  inEachForm('waits for a client that reads on, however slowly', async (fixtures) => {
    const fixture = await fixtures.start({ budgetMs: 15_000, limits: { silentClientTimeoutMs: 600 } });
    const client = await fixture.connect();
    client.write(get('/big'));
    await fixture.said((line) => line.ran === 'GET /big');
    fixture.sigterm();
    for (let piece = 1; piece <= 5; piece += 1) {
      await waitFor(
        () => client.received.length > piece * 5_000_000,
        5_000,
        () => client.end,
      );
      client.stopReading();
      await new Promise((resolve) => setTimeout(resolve, 200));
      client.readOn();
    }
    expect(await client.waitForEnd()).toBe('fin');
    expect(client.answers[0]?.body.length).toBe(64 << 20);
    expect((await fixture.exited()).code).toBe(0);
  });

  inEachForm(
    'comes for a client that has stopped reading also where no drain is under way',
    async (fixtures) => {
      const fixture = await fixtures.start({ limits: { unreadAnswerTimeoutMs: 300 } });
      const [stalled, slow] = [await fixture.connect({ reading: false }), await fixture.connect()];
      stalled.write(get('/big'));
      // Longer than the limit and a look apart: a handler may be slow.
      slow.write(get('/slow?ms=2500'));
      const onlooker = await fixture.connect();
      const until = performance.now() + 10_000;
      let open = 3;
      while (open > 2 && performance.now() < until) {
        onlooker.write(get('/connections'));
        open = Number((await onlooker.waitForAnswers(onlooker.answers.length + 1)).at(-1)?.body);
      }
      expect(open).toBe(2);
      expect((await slow.waitForAnswers(1))[0]?.status).toBe(200);
      stalled.destroy();
    },
    ['own'],
  );

  inEachForm(
    'does not wait for a hijacked peer that talks on',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 1 });
      const hijacked = await fixture.connect();
      hijacked.write(get('/hijack'));
      await waitFor(
        () => hijacked.received === 'raw',
        2_000,
        () => 'no hijack',
      );
      fixture.sigterm();
      const talk = setInterval(() => hijacked.write('more'), 20);
      expect((await fixture.exited()).code).toBe(0);
      clearInterval(talk);
      expect(fixture.lines.map((line) => line.event)).not.toContain('destroyed');
      hijacked.destroy();
    },
    ['own'],
  );

  inEachForm(
    'comes at the end of the linger for upgraded and hijacked sockets, whatever they are at',
    async (fixtures) => {
      const fixture = await fixtures.start({ lingerMs: 200, upgrades: true });
      const [upgraded, hijacked, slow] = await Promise.all([1, 2, 3].map(() => fixture.connect()));
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
    },
  );

  inEachForm(
    'does not take the answers to earlier requests along when a later one is malformed',
    async (fixtures, form) => {
      const fixture = await fixtures.start({ lingerMs: 3_000 });
      for (const draining of form === 'own' ? [false, true] : [true]) {
        const client = await fixture.connect();
        if (draining) await fixture.drain();
        client.write(`${get('/slow?ms=100')}rubbish\r\n\r\n`);
        expect(await client.waitForEnd()).toBe('fin');
        expect(client.answers.map((a) => a.status)).toEqual([200, 400]);
      }
      expect((await fixture.exited()).code).toBe(0);
    },
  );
});
