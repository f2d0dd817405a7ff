/**
 * A program as most are: it knows nothing of a drain, and closes its server at SIGTERM, by a function that it got hold of before it
 * listened. Answers after a moment. Has servers of other kinds, too.
 */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';

const [certificate] = process.argv.slice(2);
const answer: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    setTimeout(() => response.writeHead(201).end(`made by ${process.pid}`), Math.random() * 10);
  });
};
const read = (file: string) => readFileSync(path.join(certificate ?? '', file));
const server = certificate
  ? createHttpsServer({ key: read('localhost.key.pem'), cert: read('localhost.pem') }, answer)
  : createServer(answer);
const close = promisify(server.close).bind(server);
// None of HTTP: they are left alone.
for (const other of [createNetServer(), createTlsServer()]) other.listen(0, '127.0.0.1').unref();
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => void close().then(() => process.exit(0)));
