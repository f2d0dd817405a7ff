import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { halfReceived, parserList } from '../../../../../src/adapters/http/draining/half-received';

describe('halfReceived', () => {
  let server: Server;
  let client: Socket;

  beforeEach(async () => {
    server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(server, 'connection');
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
    expect(halfReceived(server).size).toBe(0);
  });

  it.each([
    ['half a head', 'GET / HT'],
    ['half a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na'],
    ['half a head right behind a whole request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT'],
  ])('sees %s', async (_name, bytes) => {
    client.write(bytes);
    while (halfReceived(server).size === 0) await new Promise(setImmediate);
  });

  it('does not count a whole request, answered or not', async () => {
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'data');
    expect(halfReceived(server).size).toBe(0);
  });
});
