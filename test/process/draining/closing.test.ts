import { RawClient, waitFor } from '../../support/raw-client';
import { FixtureProcess } from './fixture-process';
import { get, post } from './requests';

afterEach(() => FixtureProcess.killAll());

describe('the end of a connection', () => {
  it('reaches a client that half-closed after its request, with the answer before it', async () => {
    const fixture = await FixtureProcess.start({ lingerMs: 3_000 });
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
    const fixture = await FixtureProcess.start({ lingerMs: 3_000 });
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
    const fixture = await FixtureProcess.start({ lingerMs: 3_000 });
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
