import http2 from 'node:http2';
import type net from 'node:net';
import tls from 'node:tls';
import type { Observation } from '../accounting/observation';
import type { RequestTemplate } from '../requests/request-template';
import { watchExit } from './after-exit';
import type { ConnectionOptions } from './connection';
import { readBody } from './content-coding';
import { authorityOf, connectTo, type Endpoint } from './endpoint';
import { codeOf } from './error-code';
import { Exchange } from './exchange';
import { joined } from './header-fields';
import type { ConnectionSpan, Recorder } from './recorder';
import { StreamWatch } from './stream-watch';
import { TappedSocket } from './tapped-socket';

/** A client's HTTP/2 session, over TLS where its server wants that (ALPN), else with prior knowledge. */
export class H2Connection {
  readonly #endpoint: Endpoint;
  readonly #recorder: Recorder;
  readonly #span: ConnectionSpan;
  readonly #watch: StreamWatch;
  readonly #socket: net.Socket;
  #session: http2.ClientHttp2Session | null = null;
  #over: string | null = null;
  /** Resolves with whether there is a session. Never rejects. */
  readonly opened: Promise<boolean>;

  constructor({ endpoint, recorder, client, gone }: ConnectionOptions) {
    this.#endpoint = endpoint;
    this.#recorder = recorder;
    this.#span = recorder.connection(client);
    this.#watch = new StreamWatch(() => recorder.now());
    this.#socket = connectTo(endpoint, { protocols: ['h2'] });
    this.opened = new Promise((resolve) => {
      this.#socket.once(endpoint.tls === undefined ? 'connect' : 'secureConnect', () =>
        resolve(this.#open()),
      );
      this.#socket.once('close', () => resolve(false));
    });
    this.#socket.on('end', () => this.#finish('FIN'));
    this.#socket.on('error', (error) => this.#finish(codeOf(error)));
    this.#socket.on('close', () => this.#finish('closed'));
    const giveUp = (why: string) => {
      this.#finish(why);
      this.#socket.destroy();
    };
    this.#socket.once(
      'close',
      watchExit(gone, () => this.#span.connectedAt !== null, giveUp),
    );
  }

  /** Nothing speaks against another stream. */
  get isUsable(): boolean {
    return this.#session?.closed === false && this.#over === null && this.#watch.goaway === null;
  }

  /** Sends a request on a stream of its own, if there is a session. Resolves when its fate is known; never rejects. */
  ask(template: RequestTemplate): Promise<Observation> {
    const seen = this.#recorder.observe('request', template, this.#span.client, this.#span.id);
    seen.connectedAt = this.#span.connectedAt;
    const exchange = new Exchange(seen, template, () => this.#recorder.now());
    const refusal = this.#begin(exchange, template);
    if (refusal !== null) exchange.fail(refusal);
    return exchange.ended;
  }

  /** Closes from the client's side, when the streams that are under way have ended. */
  close(): void {
    if (this.#session === null) this.#socket.destroy();
    else this.#session.close();
  }

  #open(): boolean {
    if (this.#socket instanceof tls.TLSSocket && this.#socket.alpnProtocol !== 'h2') {
      this.#finish('no HTTP/2 by ALPN');
      this.#socket.destroy();
      return false;
    }
    this.#span.connectedAt = this.#recorder.now();
    const tapped = new TappedSocket(this.#socket, this.#watch);
    this.#socket.once('data', () => {
      this.#span.firstReadAt = this.#recorder.now();
    });
    this.#session = http2.connect(this.#origin, { createConnection: () => tapped });
    // What it says of a stream, the stream says too; what it says of the connection, the socket.
    this.#session.on('error', () => {});
    return true;
  }

  get #origin(): string {
    return `${this.#endpoint.tls === undefined ? 'http' : 'https'}://${authorityOf(this.#endpoint)}`;
  }

  /** Returns why no stream could begin. */
  #begin(exchange: Exchange, template: RequestTemplate): string | null {
    if (this.#over !== null || this.#session === null) return this.#over ?? 'no session';
    const { method, path, headers, body } = template.parts(exchange.seen.id);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    let stream: http2.ClientHttp2Stream;
    try {
      const fields = { ':method': method, ':path': path, ...length, ...headers };
      stream = this.#session.request(fields, { endStream: body === undefined });
    } catch (error) {
      return codeOf(error);
    }
    this.#read(stream, exchange);
    if (body !== undefined) stream.end(body);
    return null;
  }

  #read(stream: http2.ClientHttp2Stream, exchange: Exchange): void {
    const { id = 0 } = stream;
    this.#watch.watch(id, exchange);
    let status: number | null = null;
    let fields: Record<string, string> = {};
    const parts: Buffer[] = [];
    stream.on('response', (headers) => {
      status = headers[':status'] ?? null;
      fields = joined(headers);
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    const end = () => {
      if (status === null || !this.#watch.isComplete(id)) return;
      const bytes = Buffer.concat(parts);
      const coding = bytes.length === 0 ? undefined : fields['content-encoding'];
      exchange.answer({ status, headers: fields, closing: false, ...readBody(bytes, coding) });
    };
    stream.on('end', end);
    stream.on('error', () => {});
    stream.on('close', () => {
      // A session that ends with the last bytes takes the end of its streams with it.
      end();
      // A write that the kernel took reports it in its callback, which may still be due.
      setImmediate(() => this.#fail(id, exchange, stream.rstCode));
    });
  }

  #fail(id: number, exchange: Exchange, code: number): void {
    const end = this.#watch.endOf(id);
    exchange.seen.unprocessed = !exchange.isOver && end?.unprocessed === true;
    exchange.fail(end?.error ?? this.#over ?? `RST_STREAM ${code}`);
    this.#watch.forget(id);
  }

  #finish(how: string): void {
    if (this.#over !== null) return;
    this.#over = how;
    const { goaway } = this.#watch;
    this.#span.endedAt = this.#recorder.now();
    this.#span.end = goaway === null ? how : `GOAWAY ${goaway}`;
  }
}
