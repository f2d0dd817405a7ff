import { freshDatabase } from '../process/service/environment';
import { RawClient } from '../support/raw-client';
import { ServiceProcess } from '../support/service-process';
import { TcpProxy } from '../support/tcp-proxy';
import { type Answer, post } from './support/post';

jest.setTimeout(120_000);
const environment = freshDatabase();
afterEach(() => TcpProxy.closeAll());
const start = () => ServiceProcess.start(environment().database.url);

/** Exactly one row, and everybody was given it; all but `first` of them as a replay. */
async function expectOneRow(answers: readonly Answer[], name: string, firsts = 1): Promise<void> {
  const rows = (await environment().onlooker.jobs()).filter((row) => row.name === name);
  expect(rows).toHaveLength(1);
  for (const answer of answers) {
    expect([answer.status, answer.text]).toEqual([201, JSON.stringify({ id: rows[0]?.id, name })]);
  }
  const replayed = answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true');
  expect(replayed).toHaveLength(answers.length - firsts);
}

describe('a request that is sent again with its Idempotency-Key', () => {
  it('is stored once when twenty of it come at once', async () => {
    const { port } = await start();
    for (let round = 0; round < 10; round += 1) {
      const name = `job ${round}`;
      const all = Array.from({ length: 20 }, () => post(port, name, { key: `key-${round}` }));
      await expectOneRow(await Promise.all(all), name);
    }
  });

  it('is stored once when twenty of it come at once to two replicas', async () => {
    const replicas = await Promise.all([start(), start()]);
    for (let round = 0; round < 10; round += 1) {
      const name = `job ${round}`;
      const all = Array.from({ length: 10 }, () =>
        replicas.map(({ port }) => post(port, name, { key: `k${round}` })),
      );
      await expectOneRow(await Promise.all(all.flat()), name);
    }
  });

  it('is replayed after a restart, byte for byte', async () => {
    const before = await start();
    const answers = [await post(before.port, 'restarted', { key: 'r' })];
    before.signal();
    expect(await before.exitCode()).toBe(0);
    const after = await start();
    answers.push(await post(after.port, 'restarted', { key: 'r' }));
    await expectOneRow(answers, 'restarted');
  });

  it.each(['half-closed', 'destroyed'] as const)(
    'is stored once when its client had left: %s',
    async (how) => {
      const { onlooker } = environment();
      const { port } = await start();
      const unlock = await onlooker.lockJobs();
      const body = JSON.stringify({ name: 'left' });
      const client = await RawClient.open(port);
      await client.send(
        'POST /work HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: left\r\n' +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      await onlooker.untilBlocked();
      if (how === 'half-closed') client.halfClose();
      else client.destroy();
      const retries = Array.from({ length: 3 }, () => post(port, 'left', { key: 'left' }));
      await unlock();
      await expectOneRow(await Promise.all(retries), 'left', 0);
      client.destroy();
    },
  );

  it('is stored once when the service was killed between the commit and the answer, 10 times', async () => {
    const { database, onlooker } = environment();
    const { proxy, url } = await TcpProxy.inFrontOf(database.url);
    let survivor = await start();
    for (let round = 0; round < 10; round += 1) {
      const name = `committed ${round}`;
      const killed = await ServiceProcess.start(url);
      const struck = proxy.strike('insert_jobs_with_keys', 'withhold its answer');
      const cutOff = post(killed.port, name, { key: `k${round}` }).then(
        () => 'answered',
        () => 'cut off',
      );
      await struck;
      killed.signal('SIGKILL');
      expect(await killed.exitCode()).toBe('SIGKILL');
      expect(await cutOff).toBe('cut off');
      expect(await onlooker.names()).toContain(name);
      await expectOneRow([await post(survivor.port, name, { key: `k${round}` })], name, 0);
    }
    survivor.signal();
    expect(await survivor.exitCode()).toBe(0);
    survivor = await start();
    await expectOneRow([await post(survivor.port, 'committed 0', { key: 'k0' })], 'committed 0', 0);
  });
});

describe('a key that was used for another name', () => {
  it('is refused with 422 and its own code, and the first row stays as it was, at once or one after the other', async () => {
    const { port } = await start();
    for (let round = 0; round < 10; round += 1) {
      const names = [`one ${round}`, `other ${round}`];
      const key = `key-${round}`;
      const raced = await Promise.all(names.map((name) => post(port, name, { key })));
      const later = await Promise.all(names.map((name) => post(port, name, { key })));
      const rows = (await environment().onlooker.jobs()).filter(({ name }) => names.includes(name));
      expect(rows).toHaveLength(1);
      for (const [index, answer] of [...raced, ...later].entries()) {
        if (names[index % 2] === rows[0]?.name) expect(answer).toMatchObject({ status: 201, body: rows[0] });
        else expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
      }
    }
  });
});

describe('a key that came with a request which was not valid', () => {
  it('is not remembered', async () => {
    const { port } = await start();
    for (const [index, name] of ['', ' ', 'x'.repeat(256), '\u0000'].entries()) {
      const key = `fresh-${index}`;
      expect(await post(port, name, { key })).toMatchObject({ status: 400, body: { code: 'invalid_job' } });
      await expectOneRow([await post(port, `valid ${index}`, { key })], `valid ${index}`);
    }
  });
});

describe('what a key may be', () => {
  it('is 1 to 255 visible ASCII characters, bare or quoted, which is the same key; anything else is a 400', async () => {
    const { port } = await start();
    const longest = 'k'.repeat(255);
    for (const key of ['!', longest, '~a\\b']) await expectOneRow([await post(port, key, { key })], key);
    await expectOneRow([await post(port, longest, { key: `"${longest}"` })], longest, 0);
    await expectOneRow([await post(port, '~a\\b', { key: '"~a\\\\b"' })], '~a\\b', 0);
    for (const key of ['', '""', `${longest}k`, 'two words', '"open', 'é']) {
      const answer = await post(port, 'never', { key });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } });
    }
    expect(await environment().onlooker.names()).not.toContain('never');
  });
});
