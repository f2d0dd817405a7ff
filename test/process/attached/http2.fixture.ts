/** An attached server of HTTP/2, with or without TLS; its answers take a moment. SIGTERM closes it, and the report is a message. */
import { readFileSync } from 'node:fs';
import {
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import path from 'node:path';
import { drainable } from '../../../src/bootstrap/drain';

const [certificate] = process.argv.slice(2);
const answer = (_request: Http2ServerRequest, response: Http2ServerResponse) =>
  void setTimeout(() => response.end('answer'), Math.random() * 20);
const read = (file: string) => readFileSync(path.join(certificate ?? '', file));
const server = certificate
  ? drainable(
      createSecureServer(
        { key: read('localhost.key.pem'), cert: read('localhost.pem'), allowHTTP1: true },
        answer,
      ),
    )
  : drainable(createServer(answer));
server.listen(0, '127.0.0.1', () => process.send?.({ address: server.address() }));
process.once('SIGTERM', () => {
  server.close();
  void server.drain().then((report) => process.send?.({ report }, () => process.disconnect()));
});
