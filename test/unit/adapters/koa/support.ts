import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { koaApp } from '../../../../src/adapters/koa/koa-app';
import { InMemoryJobRepository } from '../../../../src/adapters/memory/in-memory-job-repository';
import { InMemoryLog } from '../../../../src/adapters/memory/in-memory-log';
import { ManualClock } from '../../../../src/adapters/memory/manual-clock';
import { SequentialJobIds } from '../../../../src/adapters/memory/sequential-job-ids';
import { SettableReadiness } from '../../../../src/adapters/memory/settable-readiness';
import { JobService } from '../../../../src/application/jobs/job-service';
import { Lifecycle } from '../../../../src/domain/lifecycle/lifecycle';
import { assertDescribed, headersOf } from '../../../support/openapi';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body. */
  readonly json: unknown;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** The application over adapters in memory, on a real HTTP server; its answers are held against its OpenAPI document. */
export async function serveApp() {
  const repository = new InMemoryJobRepository();
  const log = new InMemoryLog();
  const lifecycle = new Lifecycle();
  const database = new SettableReadiness();
  const cancellation = new AbortController();
  const jobs = new JobService(repository, new SequentialJobIds(), new ManualClock());
  const app = koaApp({ jobs, lifecycle, database, cancellation: cancellation.signal, log });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const ask = async (path: string, asked: Ask = {}) => {
    const answer = await answerTo(port, path, asked);
    const { status, headers, text: body } = answer;
    assertDescribed(asked.method ?? 'GET', path, { status, headers: headersOf(headers), body });
    return answer;
  };
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    ask('/work', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { repository, log, lifecycle, database, cancellation, ask, post, close };
}

export type App = Awaited<ReturnType<typeof serveApp>>;

function answerTo(port: number, path: string, { method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, text, json: text === '' ? undefined : parsed(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
