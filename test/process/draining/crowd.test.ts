import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { until } from '../../support/until';
import { FixtureProcess, type Form } from './fixture-process';
import { get } from './requests';

jest.setTimeout(60_000);
afterEach(() => FixtureProcess.killAll());

interface Client {
  readonly socket: Socket;
  text: string;
}

/** So many clients with a request in flight each, until `/release`. */
async function crowd(fixture: FixtureProcess, count: number, tls: boolean): Promise<Client[]> {
  const before = fixture.ran('GET /held');
  const target = { port: fixture.port, host: '127.0.0.1' };
  const clients = Array.from({ length: count }, () => ({
    socket: tls ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target),
    text: '',
  }));
  await Promise.all(clients.map(({ socket }) => once(socket, tls ? 'secureConnect' : 'connect')));
  for (const client of clients) {
    client.socket
      .on('error', () => {})
      .on('data', (chunk) => {
        client.text += chunk;
      });
    client.socket.write(get('/held'));
  }
  await fixture.said(() => fixture.ran('GET /held') === before + count, 15_000);
  return clients;
}

// One after the other: it is the processor's time that is measured. Closing the connections is in it, which with TLS costs more.
// With a look at every connection for each answer it was 7 to 11 times as much.
it.each<[Form, count: number, price: number]>([
  ['own', 3_000, 5],
  ['attached', 2_000, 5],
  ['attached https', 1_000, 8],
])(
  'answers a crowd in flight at the signal at about the price of its answers without a drain [%s]',
  async (form, count, price) => {
    const tls = form === 'attached https';
    const fixture = await FixtureProcess.start({ form, budgetMs: 20_000, lingerMs: 10 });
    const usual = await crowd(fixture, count, tls);
    const before = await fixture.cpuMs();
    const releaser = await fixture.connect();
    releaser.write(get('/release'));
    await until('their answers', () => usual.every(({ text }) => text !== ''), 15_000);
    const usualMs = (await fixture.cpuMs()) - before;
    for (const { socket } of usual) socket.destroy();

    const drained = await crowd(fixture, count, tls);
    const beforeDrain = await fixture.cpuMs();
    const closed = Promise.all(drained.map(({ socket }) => once(socket, 'close')));
    await fixture.drain();
    releaser.write(get('/release'));
    await closed;
    expect((await fixture.exited(20_000)).code).toBe(0);
    expect(fixture.report).toMatchObject({ forced: 0, figures: { answeredDuringDrain: count + 1 } });
    const isRight = ({ text }: Client) => /^HTTP\/1.1 200 .*connection: close/is.test(text);
    expect(drained.filter(isRight)).toHaveLength(count);
    expect((fixture.exitCpuMs - beforeDrain) / usualMs).toBeLessThan(price);
  },
);
