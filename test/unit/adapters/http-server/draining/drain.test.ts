import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Connection } from '../../../../../src/adapters/http-server/draining/connection';
import { Drain } from '../../../../../src/adapters/http-server/draining/drain';
import { DrainTally } from '../../../../../src/adapters/http-server/draining/drain-tally';
import { receivingOf } from '../../../../../src/adapters/http-server/draining/half-received';
import { plainRefusal, Refusals } from '../../../../../src/adapters/http-server/draining/refusals';

/** Counts the looks at one of the connections, and at all of them, each of which takes `lookMs`. */
class Crowd extends Map<Socket, Connection> {
  looksAtOne = 0;
  looksAtAll = 0;
  lookMs = 0;

  override *values(): MapIterator<Connection> {
    this.looksAtAll += 1;
    const until = performance.now() + this.lookMs;
    while (performance.now() < until);
    for (const connection of super.values()) {
      this.looksAtOne += 1;
      yield connection;
    }
  }
}

/** A response whose head has gone out already. */
const newResponse = () =>
  Object.assign(new EventEmitter(), { headersSent: true }) as unknown as ServerResponse;
const REQUEST = {} as IncomingMessage;

function crowdOf(count: number): Crowd {
  const crowd = new Crowd();
  for (let number = 0; number < count; number += 1) {
    const socket = new Socket();
    crowd.set(socket, { socket, responses: [], lingeringClose() {} } as unknown as Connection);
  }
  return crowd;
}

let end = async () => {};
afterEach(() => end());

/** Begins a drain in which every idle connection is due to be closed. */
function drainOf(connections: Crowd): Drain {
  const now = performance.now();
  const refusals = new Refusals(plainRefusal);
  const drain = new Drain({
    receiving: receivingOf(createServer(), connections),
    connections,
    refusals,
    tally: new DrainTally(refusals),
    cancel: () => {},
    silentClientTimeoutMs: 5_000,
    alongside: [],
    upgraded: 'end',
    eventStreams: 'wait',
    plan: { closeIdleAt: now, cancelAt: now + 60_000, refuseAt: now + 60_000, destroyAt: now + 60_000 },
    startedAt: now,
    emit: () => {},
  });
  end = async () => {
    const [connection] = connections.values();
    connections.clear();
    drain.closed(connection as Connection);
    await drain.done;
  };
  return drain;
}

it('does not look at all connections for every answer', async () => {
  const crowd = crowdOf(500);
  const connections = [...crowd.values()];
  const inFlight = connections.map((connection) => [connection, newResponse()] as const);
  for (const [connection, response] of inFlight) connection.responses.push(response);
  const drain = drainOf(crowd);
  for (const [connection] of inFlight) {
    connection.responses.shift();
    drain.over(connection);
  }
  expect(crowd.looksAtOne).toBeLessThan(10 * connections.length);
});

it('does so neither where each answer is the last one in flight, as with requests that come one after another', async () => {
  const crowd = crowdOf(1);
  const [connection] = crowd.values();
  if (!connection) throw new Error('no connection');
  let answered = () => {};
  const drain = drainOf(crowd);
  crowd.looksAtAll = 0;
  crowd.lookMs = 2;
  for (let asked = 0; asked < 200; asked += 1) {
    const response = newResponse();
    connection.responses.push(response);
    const done = new Promise<void>((resolve) => {
      answered = resolve;
    });
    drain.take(connection, REQUEST, response, () => {
      connection.responses.shift();
      answered();
    });
    await done;
    drain.over(connection);
  }
  // The looks are to take a quarter of the time at the most; with one for each answer they would take nearly all of it.
  expect(crowd.looksAtAll).toBeLessThan(100);
});
