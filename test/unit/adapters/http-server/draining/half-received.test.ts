import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import {
  halfReceived,
  isHalfReceived,
  parserList,
} from '../../../../../src/adapters/http-server/draining/half-received';

describe('halfReceived', () => {
  let server: Server;
  let client: Socket;
  let accepted: Socket;
  const isHalf = () => isHalfReceived(server, accepted);

  beforeEach(async () => {
    server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [accepted] = (await once(server, 'connection')) as [Socket];
  });

  afterEach(async () => {
    client.destroy();
    server.close();
    await once(server, 'close');
  });

  it('finds the list that Node keeps of its parsers', () => {
    expect(parserList(server)).toBeDefined();
  });

  it('does not count a connection that has said nothing', () => {
    expect([halfReceived(server).size, isHalf()]).toEqual([0, false]);
  });

  it.each([
    ['half a head', 'GET / HT'],
    ['half a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na'],
    ['half a head right behind a whole request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT'],
  ])('sees %s', async (_name, bytes) => {
    client.write(bytes);
    while (halfReceived(server).size === 0) await new Promise(setImmediate);
    expect(isHalf()).toBe(true);
  });

  it('does not count a whole request, answered or not', async () => {
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'data');
    expect([halfReceived(server).size, isHalf()]).toEqual([0, false]);
  });
});
