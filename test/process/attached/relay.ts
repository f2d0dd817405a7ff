import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and a server of TLS that passes on as many of the client's bytes as it is told, and no more. */
export class Relay {
  /** What the server has said, as it came. */
  fromServer = Buffer.alloc(0);
  /** What the client has said, and has not been passed on. */
  held = Buffer.alloc(0);
  readonly #server: Server;
  #upstream: Socket | undefined;
  #allowance = Number.POSITIVE_INFINITY;

  private constructor(upstreamPort: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = connect({ port: upstreamPort, host: '127.0.0.1', allowHalfOpen: true });
      this.#upstream = upstream;
      client.on('data', (chunk) => {
        this.held = Buffer.concat([this.held, chunk]);
        this.#pass();
      });
      upstream.on('data', (chunk) => {
        this.fromServer = Buffer.concat([this.fromServer, chunk]);
        client.write(chunk);
      });
      client.on('end', () => upstream.end()).on('error', () => {});
      upstream.on('end', () => client.end()).on('error', () => client.destroy());
    });
  }

  static async to(upstreamPort: number): Promise<Relay> {
    const relay = new Relay(upstreamPort);
    relay.#server.listen(0, '127.0.0.1').unref();
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on `bytes` more, and then silence; without a number, all that comes and was held. */
  allow(bytes = Number.POSITIVE_INFINITY): void {
    this.#allowance = bytes;
    this.#pass();
  }

  #pass(): void {
    const passed = this.held.subarray(0, this.#allowance);
    if (passed.length === 0) return;
    this.held = this.held.subarray(passed.length);
    this.#allowance -= passed.length;
    this.#upstream?.write(passed);
  }
}
