import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Component } from '../../application/lifecycle/component';
import type { Deadline } from '../../application/lifecycle/deadline';
import type { Log } from '../../application/ports/log';
import type { MetricsPage } from '../../application/ports/metrics-page';
import type { ListenTarget } from './listener/listener';
import { openListener } from './listener/open-listener';

/** How long a scrape that is under way may hold up the stop. A lost scrape is no lost work. */
const LAST_SCRAPE_WITHIN_MS = 100;

export interface MetricsServerOptions {
  readonly target: ListenTarget;
  readonly page: MetricsPage;
  readonly log: Log;
}

/**
 * `GET /metrics` on a port of its own, so that the whole drain can be scraped: everything that is measured stops
 * before it.
 */
export class MetricsServer implements Component {
  readonly name = 'metrics-server';
  readonly #options: MetricsServerOptions;
  readonly #server: Server;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** @throws {ListenError} which names what to set otherwise */
  start(): Promise<void> {
    this.#starting ??= this.#listen();
    return this.#starting;
  }

  stop(deadline: Deadline): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #listen(): Promise<void> {
    const { target, log } = this.#options;
    const { address, port } = (await openListener(this.#server, target)).address as AddressInfo;
    log.info('metrics listening', { address: `${address}:${port}` });
  }

  async #close(deadline: Deadline): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const cut = setTimeout(
      () => this.#server.closeAllConnections(),
      Math.min(LAST_SCRAPE_WITHIN_MS, deadline.remainingMs()),
    );
    await closed;
    clearTimeout(cut);
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    } else {
      await this.#show(response);
    }
  }

  /** A page that cannot be rendered costs the scrape, and not the service: nobody else waits for this promise. */
  async #show(response: ServerResponse): Promise<void> {
    try {
      const { contentType, text } = await this.#options.page.render();
      response.writeHead(200, { 'Content-Type': contentType }).end(text);
    } catch (error) {
      this.#options.log.error('the metrics could not be rendered', { err: error });
      response.writeHead(500).end();
    }
  }
}
