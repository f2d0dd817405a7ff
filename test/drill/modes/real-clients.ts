import http from 'node:http';
import https from 'node:https';
import { Agent as FetchAgent, fetch } from 'undici';
import { target } from '../target';
import { everyClient, type Mode, pause, type TrialContext } from './mode';

interface Asked {
  readonly status: number;
  readonly body: string;
  readonly closing: boolean;
}

const ANY_CERTIFICATE = { rejectUnauthorized: false };

type Ask = (name: string) => Promise<Asked>;

/**
 * Asks through a client library, with random gaps. The library says nothing about single bytes, so a request counts
 * as written from the start, unless its error says that the connection was refused.
 */
async function askOften(trial: TrialContext, client: number, ask: Ask): Promise<void> {
  while (!trial.enough.aborted) {
    const seen = trial.recorder.observe('work', client, null);
    try {
      const { status, body, closing } = await ask(seen.name);
      seen.answeredAt = trial.recorder.now();
      Object.assign(seen, { status, body, closing });
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

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined) return code;
  }
  return String(error);
}

const POLICY =
  'A library that hides its connections cannot say what was written: every error counts as written, unless the connection was refused. Retries are off.';

export const fetchClients: Mode = {
  name: 'fetch',
  title: "undici's fetch, gaps of 5 to 400 ms",
  policy: POLICY,
  beforeSignalMs: [150, 400],
  async drive(trial) {
    const dispatcher = new FetchAgent({ pipelining: 1, connectTimeout: 5000, connect: ANY_CERTIFICATE });
    await everyClient(trial, (client) =>
      askOften(trial, client, async (name) => {
        const answer = await fetch(
          `${trial.secure ? 'https' : 'http'}://127.0.0.1:${trial.port}${target.path}`,
          {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ [target.field]: name }),
            dispatcher,
          },
        );
        const closing = /\bclose\b/i.test(answer.headers.get('connection') ?? '');
        return { status: answer.status, body: await answer.text(), closing };
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
    const agent = new (trial.secure ? https : http).Agent({ keepAlive: true });
    await everyClient(trial, (client) => askOften(trial, client, (name) => post(trial, agent, name)));
    agent.destroy();
  },
};

function post({ port, secure }: TrialContext, agent: http.Agent, name: string): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { port, host: '127.0.0.1', path: target.path, method: 'POST', agent, headers };
    const { request: ask } = secure ? https : http;
    const request = ask({ ...options, ...(secure && ANY_CERTIFICATE) }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        body += text;
      });
      answer.once('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          body,
          closing: /\bclose\b/i.test(answer.headers.connection ?? ''),
        });
      });
      answer.once('error', reject);
    });
    request.once('error', reject);
    request.end(JSON.stringify({ [target.field]: name }));
  });
}
