import { once } from 'node:events';
import { connect } from 'node:net';
import {
  DrainingServer,
  type DrainingServerOptions,
  type HttpServerEvent,
} from '../../../../../src/adapters/http-server';
import { Deadline } from '../../../../../src/application/lifecycle/deadline';

const fail = () => {
  throw new Error('a defect');
};

/** A started server that a handler is at a request of, which it never answers; and the request's client. */
async function withRequestInFlight(options: Partial<DrainingServerOptions>) {
  let received = () => {};
  const inFlight = new Promise<void>((resolve) => {
    received = resolve;
  });
  const server = new DrainingServer({
    handler: () => received(),
    target: { kind: 'address', port: 0, host: '127.0.0.1' },
    lingerMs: 0,
    ...options,
  });
  await server.start(new AbortController().signal);
  const client = connect(server.address().port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await inFlight;
  return { server, client };
}

it('are no way to end a drain: an observer and a canceller that throw are told of it', async () => {
  let failures = 0;
  const events: string[] = [];
  const { server, client } = await withRequestInFlight({
    cancel: fail,
    observer: ({ type }) => {
      if (type === 'callback-failed') failures += 1;
      else events.push(type);
      fail();
    },
  });
  const deadline = Deadline.in(200);
  const stopping = server.stop(deadline);
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 503 /);
  client.destroy();
  expect(await stopping).toMatchObject({ forced: 1 });
  deadline.clear();
  // On a slow machine it may be destroyed before the client's own end of the connection is heard of.
  expect(events.filter((type) => type !== 'destroyed')).toEqual([
    'listening',
    'listener-closed',
    'cancelled',
    'refused',
    'drained',
  ]);
  expect(failures).toBe(events.length + 1);
});

it.each([
  [false, 1],
  [true, 0],
])(
  'a request that is cut short counts as forced, unless its loss is harmless (%s)',
  async (isLossHarmless, forced) => {
    const { server, client } = await withRequestInFlight({ isLossHarmless });
    client.resume();
    const deadline = Deadline.in(100);
    expect(await server.stop(deadline)).toMatchObject({ forced });
    deadline.clear();
    client.destroy();
  },
);

it('have names that the compiler checks wherever one is asked for: a metric that waits for another does not compile', () => {
  const { type } = { type: 'idle-closed' } as HttpServerEvent;
  // @ts-expect-error there is no such event
  expect(type === 'drain-is-over').toBe(false);
  // @ts-expect-error nor is it a line of the log
  expect({ 'idle-closed': 1, 'drain-is-over': 1 } satisfies Partial<
    Record<HttpServerEvent['type'], 1>
  >).toBeTruthy();
});
