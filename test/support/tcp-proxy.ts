import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** What the client said has matched: its answer belongs to the fault. */
  struck: boolean;
}

/** What becomes of the next statement that contains a text. */
type Fault = 'cut before it arrives' | 'cut before its answer' | 'withhold its answer';

/** A network of our own between the service and Postgres: it passes bytes on, goes silent, or cuts, as it is told. */
export class TcpProxy {
  static readonly #open = new Set<TcpProxy>();
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #upstreamPort: number;
  #silent = false;
  #fault: { readonly text: string; readonly kind: Fault; readonly struck: () => void } | undefined;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a port of 127.0.0.1 that the kernel chose. */
  static async to(upstreamPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(upstreamPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    TcpProxy.#open.add(proxy);
    return proxy;
  }

  /** `databaseUrl` with this proxy in place of the server. */
  static async inFrontOf(databaseUrl: string): Promise<{ proxy: TcpProxy; url: string }> {
    const url = new URL(databaseUrl);
    const proxy = await TcpProxy.to(Number(url.port));
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  }

  /** For afterEach: nothing outlives a test that failed. */
  static async closeAll(): Promise<void> {
    await Promise.all([...TcpProxy.#open].map((proxy) => proxy.close()));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections stand. */
  get connections(): number {
    return [...this.#pairs].filter(({ client }) => !client.destroyed).length;
  }

  /** New connections go to another port of 127.0.0.1 from now on, as where a name's address changes. */
  leadTo(upstreamPort: number): void {
    this.#upstreamPort = upstreamPort;
  }

  /** From now on nothing arrives, on new connections neither, and nobody is told: no FIN, no RST. */
  goSilent(): void {
    this.#silent = true;
  }

  /** Ends the silence: what came in it is lost with its connections, new ones work. */
  speakAgain(): void {
    this.#silent = false;
    this.cut();
  }

  /** Resets every connection. */
  cut(): void {
    for (const pair of this.#pairs) reset(pair);
  }

  /** Lets the next chunk from a client that contains `text` meet its fate; resolves when it has. */
  strike(text: string, kind: Fault): Promise<void> {
    return new Promise((resolve) => {
      this.#fault = { text, kind, struck: resolve };
    });
  }

  async close(): Promise<void> {
    if (!TcpProxy.#open.delete(this)) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    const upstream = connect(this.#upstreamPort, '127.0.0.1');
    const pair: Pair = { client, upstream, struck: false };
    this.#pairs.add(pair);
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      from.setNoDelay(true);
      from.on('error', () => reset(pair));
      from.on('close', () => {
        if (to.destroyed) this.#pairs.delete(pair);
        else if (!this.#silent) to.destroy();
      });
      from.on('end', () => {
        if (!this.#silent) to.end();
      });
    }
    client.on('data', (chunk) => this.#fromClient(pair, chunk));
    upstream.on('data', (chunk) => this.#fromServer(pair, chunk));
  }

  #fromClient(pair: Pair, chunk: Buffer): void {
    if (this.#silent) return;
    if (this.#fault && chunk.includes(this.#fault.text)) {
      if (this.#fault.kind === 'cut before it arrives') {
        this.#strikeNow();
        reset(pair);
        return;
      }
      pair.struck = true;
    }
    pair.upstream.write(chunk);
  }

  /** Postgres answers a statement that commits by itself after the commit: the row is there when this is called. */
  #fromServer(pair: Pair, chunk: Buffer): void {
    if (this.#silent) return;
    if (!pair.struck) {
      pair.client.write(chunk);
      return;
    }
    const kind = this.#fault?.kind;
    this.#strikeNow();
    if (kind === 'cut before its answer') reset(pair);
  }

  #strikeNow(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    fault?.struck();
  }
}

function reset({ client, upstream }: Pair): void {
  client.resetAndDestroy();
  upstream.destroy();
}
