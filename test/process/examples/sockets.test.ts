import { once } from 'node:events';
import { describeUnless } from '../../support/optional-suite';
import { until } from '../../support/until';
import { ExampleProcess, requireFromExamples, withoutFrameworks, withoutPackage } from './example-process';

afterEach(() => ExampleProcess.killAll());

const IN_FLIGHT = 20;
const names = (from: number) => Array.from({ length: IN_FLIGHT }, (_, index) => `job ${from + index}`);

/** As much of `ws` and of `socket.io-client` as the tests use. */
interface Socket extends NodeJS.EventEmitter {
  send(text: string): void;
}
interface IoSocket {
  on(event: string, heard: (...args: never[]) => void): void;
  emit(event: string, ...args: unknown[]): void;
}

/** A client of `websocket.js` that notes what it hears. */
async function connectSocket(example: ExampleProcess, { answersGoodbye = true } = {}) {
  const { WebSocket } = requireFromExamples('ws') as { WebSocket: new (url: string) => Socket };
  const socket = new WebSocket(`ws://127.0.0.1:${example.port}`);
  const heard = { done: [] as string[], goodbyes: 0, closed: once(socket, 'close').then(([code]) => code) };
  socket.on('message', (data: Buffer) => {
    const { done, goodbye } = JSON.parse(data.toString());
    if (done) heard.done.push(done.name);
    if (!goodbye) return;
    heard.goodbyes += 1;
    // What it had still to say comes before its own goodbye.
    for (const name of names(IN_FLIGHT)) socket.send(JSON.stringify({ name }));
    if (answersGoodbye) socket.send(JSON.stringify({ goodbye: true }));
  });
  await once(socket, 'open');
  return { socket, heard };
}

describeUnless(withoutPackage ?? withoutFrameworks, 'the examples of sockets', () => {
  it('websocket.js acknowledges all that was said before the goodbye of the client, and then closes with 1001', async () => {
    const example = await ExampleProcess.start('websocket.js');
    const { socket, heard } = await connectSocket(example);
    for (const name of names(0)) socket.send(JSON.stringify({ name }));
    example.stop();
    expect(await heard.closed).toBe(1001);
    expect(heard.goodbyes).toBe(1);
    expect(heard.done).toEqual([...names(0), ...names(IN_FLIGHT)]);
    expect(await example.exitCode()).toBe(0);
  });

  it('websocket.js does not wait for ever for a client that does not answer the goodbye', async () => {
    const example = await ExampleProcess.start('websocket.js');
    const { heard } = await connectSocket(example, { answersGoodbye: false });
    example.stop();
    expect(await heard.closed).toBe(1001);
    expect(heard.done).toEqual(names(IN_FLIGHT));
    expect(await example.exitCode()).toBe(0);
  });

  it('socket-io.js acknowledges all that came before the acknowledgement of the goodbye, and then disconnects', async () => {
    const example = await ExampleProcess.start('socket-io.js');
    const { io } = requireFromExamples('socket.io-client');
    const socket: IoSocket = io(`http://127.0.0.1:${example.port}`, {
      transports: ['websocket'],
      reconnection: false,
    });
    const done: string[] = [];
    const send = (name: string) =>
      socket.emit('job', name, (job: { name: string }) => void done.push(job.name));
    let goodbyes = 0;
    socket.on('goodbye', (acknowledge: () => void) => {
      goodbyes += 1;
      for (const name of names(IN_FLIGHT)) send(name);
      acknowledge();
    });
    const disconnected = new Promise((resolve) => socket.on('disconnect', resolve));
    await new Promise<void>((resolve) => socket.on('connect', resolve));
    for (const name of names(0)) send(name);
    await until('the first', () => done.length > 0);
    example.stop();
    expect(await disconnected).toBe('io server disconnect');
    expect({ goodbyes, done }).toEqual({ goodbyes: 1, done: [...names(0), ...names(IN_FLIGHT)] });
    expect(await example.exitCode()).toBe(0);
  });
});
