import http from 'node:http';
import https from 'node:https';
import { Agent as FetchAgent, fetch } from 'undici';
import type { Answer } from '../client/answer-reader';
import { readBody } from '../client/content-coding';
import { authorityOf, tlsOptions } from '../client/endpoint';
import { codeOf } from '../client/error-code';
import { judge } from '../client/exchange';
import { joined } from '../client/header-fields';
import type { RequestParts, RequestTemplate } from '../requests/request-template';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

type Ask = (request: RequestParts) => Promise<Answer>;

/**
 * Asks through a client library, with random gaps. The library says nothing about single bytes, so a request counts
 * as written from the start, unless its error says that the connection was refused.
 */
async function askOften(trial: TrialContext, client: number, ask: Ask): Promise<void> {
  while (!trial.enough.aborted) {
    const template = trial.mix.next(trial.random);
    const seen = trial.recorder.observe('request', template, client, null);
    try {
      const answer = await ask(template.parts(seen.id));
      seen.answeredAt = trial.recorder.now();
      seen.closing = answer.closing;
      judge(seen, template, answer);
    } catch (error) {
      seen.error = codeOf(error);
    }
    seen.endedAt = trial.recorder.now();
    if (seen.error === 'ECONNREFUSED') return;
    seen.bytesWritten = 1;
    seen.firstByteAt = seen.startedAt;
    seen.allBytesAt = seen.startedAt;
    await pause(trial, trial.random.between(5, 400));
  }
}

/** Fetch Standard, 5.4: a Request of these methods has no body. */
function isUnfetchable(template: RequestTemplate): boolean {
  return ['GET', 'HEAD'].includes(template.method) && template.parts('').body !== undefined;
}

const POLICY =
  'A library that hides its connections cannot say what was written: every error counts as written, unless the connection was refused. Retries are off.';

export const fetchClients: Mode = {
  name: 'fetch',
  title: "undici's fetch, gaps of 5 to 400 ms",
  policy: POLICY,
  lacks: ({ mix }) =>
    mix.templates.some(isUnfetchable) ? 'GET and HEAD without a body, for fetch refuses to send one' : null,
  beforeSignalMs: [150, 400],
  async drive(trial) {
    const { tls } = trial.endpoint;
    const connect = tls === undefined ? {} : tlsOptions(tls);
    const dispatcher = new FetchAgent({ pipelining: 1, connectTimeout: 5000, connect });
    const origin = `${tls === undefined ? 'http' : 'https'}://${authorityOf(trial.endpoint)}`;
    await everyClient(trial, (client) =>
      askOften(trial, client, async ({ method, path, headers, body }) => {
        const answer = await fetch(origin + path, {
          method,
          headers,
          redirect: 'manual',
          dispatcher,
          ...(body !== undefined && { body }),
        });
        const fields = Object.fromEntries(answer.headers);
        return { ...reading(answer.status, fields), body: await answer.text() };
      }),
    );
    await dispatcher.destroy();
  },
};

export const agentClients: Mode = {
  name: 'agent',
  title: "Node's http.Agent, gaps of 5 to 400 ms",
  policy: POLICY,
  beforeSignalMs: [150, 400],
  async drive(trial) {
    const agent = new (trial.endpoint.tls === undefined ? http : https).Agent({ keepAlive: true });
    await everyClient(trial, (client) => askOften(trial, client, (parts) => ask(trial, agent, parts)));
    agent.destroy();
  },
};

function ask({ endpoint }: TrialContext, agent: http.Agent, parts: RequestParts): Promise<Answer> {
  const { host, port, tls } = endpoint;
  const { request: send } = tls === undefined ? http : https;
  const { method, path, headers, body } = parts;
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path, headers, agent, ...(tls !== undefined && tlsOptions(tls)) };
    const request = send(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () => {
        const bytes = Buffer.concat(parts);
        const coding = bytes.length === 0 ? undefined : answer.headers['content-encoding'];
        resolve({ ...reading(answer.statusCode ?? 0, joined(answer.headers)), ...readBody(bytes, coding) });
      });
      answer.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

function reading(status: number, headers: Record<string, string>) {
  return { status, headers, closing: /\bclose\b/i.test(headers.connection ?? '') };
}
