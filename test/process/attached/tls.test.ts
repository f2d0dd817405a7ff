import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { type DrainOptions, drainable } from '../../../src/bootstrap/drain';
import { CERTIFICATE } from '../../support/certificate';
import { until } from '../../support/until';
import { Relay } from './relay';

const credentials = {
  key: readFileSync(CERTIFICATE.key),
  cert: readFileSync(CERTIFICATE.cert),
};
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const VERSIONS: SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

async function serve(options: DrainOptions = {}) {
  const server = drainable(
    createServer(
      { ...credentials, keepAliveTimeout: 75_000 },
      (_request, response) => void response.end('answer'),
    ),
    { lingerMs: 100, timeoutMs: 4_000, ...options },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, relay: await Relay.to(port) };
}

/** Records what comes; `end` without an error means that TLS itself was told of the end. */
function clientOf(port: number, version: SecureVersion) {
  const options = {
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
  };
  const socket: TLSSocket = connect({ ...options, allowHalfOpen: true } as ConnectionOptions);
  const client = { socket, text: '', error: undefined as Error | undefined, ended: false };
  socket.on('data', (chunk) => {
    client.text += chunk;
  });
  socket.on('end', () => {
    client.ended = true;
    socket.end();
  });
  socket.on('error', (error) => {
    client.error = error;
  });
  return client;
}

const ANSWERED = /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*answer$/;

describe.each(VERSIONS)('%s', (version) => {
  it('a handshake under way at the signal is finished, and its request answered, after the linger too', async () => {
    const { server, relay } = await serve();
    relay.allow(30);
    const client = clientOf(relay.port, version);
    await until('the hello', () => relay.held.length > 0);
    const stopped = server.drain();
    await new Promise((resolve) => setTimeout(resolve, 300));
    relay.allow();
    await once(client.socket, 'secureConnect');
    client.socket.write(GET);
    expect(await stopped).toMatchObject({ outcome: 'clean', answered: 1 });
    await until('the end', () => client.ended);
    expect(client.text).toMatch(ANSWERED);
  });

  it('half a record counts as in flight', async () => {
    const { server, relay } = await serve();
    const client = clientOf(relay.port, version);
    await once(client.socket, 'secureConnect');
    client.socket.write(GET);
    await until('an answer', () => client.text.endsWith('answer'));
    client.text = '';
    relay.allow(12);
    client.socket.write(GET);
    await until('half a record', () => relay.held.length > 0);
    const stopped = server.drain();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(client.text).toBe('');
    relay.allow();
    expect(await stopped).toMatchObject({ outcome: 'clean', answered: 1 });
    await until('the end', () => client.ended);
    expect(client.text).toMatch(ANSWERED);
  });

  it('half a record whose other half never comes gets 408', async () => {
    const { server, relay } = await serve({ silentClientTimeoutMs: 300 });
    const client = clientOf(relay.port, version);
    await once(client.socket, 'secureConnect');
    client.socket.write(GET);
    await until('an answer', () => client.text.endsWith('answer'));
    relay.allow(12);
    client.socket.write(GET);
    await until('half a record', () => relay.held.length > 0);
    expect(await server.drain()).toMatchObject({ outcome: 'clean', timedOut: 1 });
    await until('the end', () => client.ended);
    expect(client.text).toMatch(/HTTP\/1\.1 408 /);
  });

  it('is told of the end (close_notify) before the connection is', async () => {
    const { server, relay } = await serve();
    const client = clientOf(relay.port, version);
    await once(client.socket, 'secureConnect');
    client.socket.write(GET);
    await until('an answer', () => client.text.endsWith('answer'));
    await server.drain();
    await until('the end', () => client.ended);
    expect(client.error).toBeUndefined();
    // The last record is an alert: by its type, and where that is encrypted, by its length.
    const records = recordsOf(relay.fromServer);
    const last = records.at(-1);
    expect(version === 'TLSv1.2' ? last?.type : last?.length).toBe(version === 'TLSv1.2' ? 21 : 19);
  });
});

it('whoever connects and begins no handshake is cut off at the end of the linger', async () => {
  const { server, port } = await serve();
  const silent = connectTcp(port, '127.0.0.1');
  await once(server, 'connection');
  const closed = once(
    silent.on('error', () => {}),
    'close',
  );
  const report = await server.drain();
  await closed;
  expect(report).toMatchObject({ outcome: 'clean', connections: 0 });
  expect(report.tookMs).toBeGreaterThanOrEqual(99);
  expect(report.tookMs).toBeLessThan(2_000);
});

it('whoever begins a handshake and falls silent is cut off when his time is over', async () => {
  const { server, relay } = await serve({ silentClientTimeoutMs: 400 });
  relay.allow(30);
  const client = clientOf(relay.port, 'TLSv1.3');
  await until('the hello', () => relay.held.length > 0);
  const report = await server.drain();
  await until('the cut', () => client.socket.destroyed);
  expect(report.outcome).toBe('clean');
  expect(report.tookMs).toBeGreaterThanOrEqual(399);
  expect(report.tookMs).toBeLessThan(3_000);
});

/** The records of TLS (RFC 8446, 5.1). */
function recordsOf(bytes: Buffer): { readonly type: number; readonly length: number }[] {
  const records = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3))
    records.push({ type: bytes.readUInt8(at), length: bytes.readUInt16BE(at + 3) });
  return records;
}
