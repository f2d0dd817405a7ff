import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RawClient } from '../../support/raw-client';
import { until } from '../../support/until';
import { FixtureProcess } from './fixture-process';
import { get } from './requests';

jest.setTimeout(60_000);
afterEach(() => FixtureProcess.killAll());

const COUNT = 3_000;

interface Client {
  readonly socket: Socket;
  text: string;
}

/** So many clients with a request in flight each, until `/release`. */
async function crowd(fixture: FixtureProcess): Promise<Client[]> {
  const before = fixture.ran('GET /held');
  const clients = Array.from({ length: COUNT }, () => ({
    socket: connect(fixture.port, '127.0.0.1'),
    text: '',
  }));
  await Promise.all(clients.map(({ socket }) => once(socket, 'connect')));
  for (const client of clients) {
    client.socket
      .on('error', () => {})
      .on('data', (chunk) => {
        client.text += chunk;
      });
    client.socket.write(get('/held'));
  }
  await fixture.said(() => fixture.ran('GET /held') === before + COUNT, 15_000);
  return clients;
}

it('answers a crowd in flight at the signal at about the price of its answers without a drain', async () => {
  const fixture = await FixtureProcess.start({ budgetMs: 20_000, lingerMs: 10 });
  const usual = await crowd(fixture);
  const before = await fixture.cpuMs();
  const releaser = await RawClient.open(fixture.port);
  releaser.write(get('/release'));
  await until('their answers', () => usual.every(({ text }) => text !== ''), 15_000);
  const usualMs = (await fixture.cpuMs()) - before;
  for (const { socket } of usual) socket.destroy();

  const drained = await crowd(fixture);
  const beforeDrain = await fixture.cpuMs();
  const closed = Promise.all(drained.map(({ socket }) => once(socket, 'close')));
  await fixture.drain();
  releaser.write(get('/release'));
  await closed;
  expect((await fixture.exited(20_000)).code).toBe(0);
  expect(fixture.report?.figures).toMatchObject({ activeAtSignal: COUNT });
  const isRight = ({ text }: Client) => /^HTTP\/1.1 200 .*connection: close/is.test(text);
  expect(drained.filter(isRight)).toHaveLength(COUNT);
  // Closing the connections is in it. With a look at every connection for each answer it was 11 times as much.
  expect((fixture.exitCpuMs - beforeDrain) / usualMs).toBeLessThan(5);
});
