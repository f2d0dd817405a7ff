import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { docsRoutes } from '../../../../src/adapters/koa/docs/docs-routes';
import { EDGE_PROBLEMS } from '../../../../src/adapters/koa/edge/edge-problems';
import { ProblemCatalogue } from '../../../../src/adapters/koa/edge/problem';
import { JOB_PROBLEMS, workRoutes } from '../../../../src/adapters/koa/jobs/work-routes';
import { type KoaAppOptions, koaApp } from '../../../../src/adapters/koa/koa-app';
import { healthRoutes } from '../../../../src/adapters/koa/observing/health-routes';
import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import { JobService } from '../../../../src/application/jobs/job-service';
import type { Job } from '../../../../src/domain/jobs/job';
import { Lifecycle } from '../../../../src/domain/lifecycle/lifecycle';
import { intakeOver } from '../../../contract/jobs';
import { InMemoryLog } from '../../../doubles/in-memory-log';
import { ManualClock } from '../../../doubles/manual-clock';
import { SequentialIds } from '../../../doubles/sequential-ids';
import { SettableReadiness } from '../../../doubles/settable-readiness';
import { assertDescribed, document, headersOf } from '../../../support/openapi';

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
export async function serveApp(observers: Pick<KoaAppOptions, 'requests' | 'tracing'> = {}) {
  const repository = new InMemoryRepository<Job>();
  const log = new InMemoryLog();
  const lifecycle = new Lifecycle();
  const database = new SettableReadiness();
  const cancellation = new AbortController();
  const { writer, find } = intakeOver(repository);
  const jobs = new JobService({
    writer,
    reader: { find },
    ids: new SequentialIds(),
    clock: new ManualClock(),
  });
  const app = koaApp({
    groups: [
      workRoutes(jobs, cancellation.signal),
      healthRoutes(lifecycle, database),
      docsRoutes('lastcall', () => document),
    ],
    problems: new ProblemCatalogue([...JOB_PROBLEMS, ...EDGE_PROBLEMS]),
    log,
    ...observers,
  });
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
