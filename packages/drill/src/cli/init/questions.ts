import { fillIn } from '../../requests/placeholders';
import { RequestTemplate } from '../../requests/request-template';
import { type ScenarioWords, scenarioSchema } from '../../scenario/schema';
import type { Ask } from './asker';

type Request = NonNullable<ScenarioWords['requests']>[number];

const isUrl = (text: string) => /^https?:\/\//.test(text);

/** Asks what a drill has to know. @param start how the server is started, as far as can be guessed */
export async function askForScenario(ask: Ask, start: string): Promise<ScenarioWords> {
  const server = await ask({
    text: 'How is the server started? It learns its port from the variable PORT, or from {{port}} in the line.\nThe URL instead, of a server that somebody else has started.',
    examples: './my-server --port {{port}}   or   http://127.0.0.1:8080',
    otherwise: start,
    check: checkServer,
  });
  const target = isUrl(server) ? await askForTarget(ask, server) : { command: server };
  const ready = await ask({
    text: 'Which request tells whether it is ready? Without one it is ready as soon as it answers at all.',
    examples: 'GET /healthz',
    otherwise: '',
    check: checkRequest,
  });
  const requests = await askForRequests(ask);
  const isTracked = requests.some((request) => JSON.stringify(request).includes('{{id}}'));
  const effects = isTracked ? await askForEffects(ask, !isUrl(server)) : {};
  return { ...target, ...(ready !== '' && { ready }), requests, ...effects };
}

function checkServer(answer: string): void {
  if (answer === '') throw new Error('there has to be a server');
  if (isUrl(answer)) check({ target: answer });
  else fillIn(answer, { port: '' });
}

function checkRequest(answer: string): void {
  if (answer !== '') new RequestTemplate({ request: answer });
}

async function askForTarget(ask: Ask, target: string): Promise<ScenarioWords> {
  const stop = await ask({
    text: 'Which shell line tells it to stop?',
    otherwise: 'docker kill -s TERM web',
    check: (answer) => check({ stop: answer }),
  });
  const gone = await ask({
    text: 'Which one ends when it has gone? Without one it has gone when nobody listens and no connection is left.',
    examples: 'docker wait web',
    otherwise: '',
  });
  const start = await ask({
    text: 'Which one starts it again, for each trial? Without one there is a single trial.',
    examples: 'docker start web',
    otherwise: '',
  });
  return { target, stop, ...(gone !== '' && { gone }), ...(start !== '' && { start }) };
}

async function askForRequests(ask: Ask): Promise<Request[]> {
  const requests: Request[] = [];
  for (;;) {
    const isFirst = requests.length === 0;
    const request = await ask({
      text: isFirst
        ? 'Which request does its work? {{id}} stands for an id of its own, by which its effect is found again.'
        : 'Which other request is sent as well?',
      examples: 'POST /orders   or   PUT /orders/{{id}}',
      otherwise: isFirst ? 'GET /' : '',
      check: (answer) => {
        if (isFirst && answer === '') throw new Error('there has to be a request');
        checkRequest(answer);
      },
    });
    if (request === '') return requests;
    requests.push(await askAboutRequest(ask, request));
  }
}

async function askAboutRequest(ask: Ask, request: string): Promise<Request> {
  const hasBody = /^(?:post|put|patch)\b/i.test(request);
  const body = hasBody
    ? await ask({
        text: `What is the body of ${request}? JSON is sent as JSON. An answer of - means none.`,
        otherwise: '{"name":"{{id}}"}',
        check: (answer) => void new RequestTemplate({ request, body: jsonOr(answer) }),
      })
    : '';
  const status = await ask({
    text: `Which status has a right answer to ${request}?`,
    examples: '201   or   200,404',
    otherwise: '2xx',
    check: (answer) => void new RequestTemplate({ request, expect: { status: answer } }),
  });
  return {
    request,
    ...(body !== '' && { body: jsonOr(body) }),
    expect: { status: /^\d+$/.test(status) ? Number(status) : status },
  };
}

async function askForEffects(ask: Ask, isOwn: boolean): Promise<ScenarioWords> {
  const effects = await ask({
    text: 'Where are the effects found when the server has gone? By a shell line that prints an id a line,\nby a query to Postgres that begins with "select", or in a file whose name ends with ".log".',
    examples: 'cat orders.txt   or   select name from orders   or   server.log',
    otherwise: '',
  });
  if (effects === '') return {};
  if (/^\S+\.log$/.test(effects)) return { effectsLog: effects };
  if (!/^select\s/i.test(effects)) return { effects };
  const url = await ask({
    text: isOwn
      ? 'In which database? Without an answer the server gets an empty one of the drill, in DATABASE_URL.'
      : 'In which database?',
    examples: 'postgres://user@127.0.0.1:5432/shop',
    otherwise: isOwn ? '' : 'postgres://user@127.0.0.1:5432/shop',
  });
  return { effectsSql: effects, ...(url === '' ? { postgres: true } : { effectsUrl: url }) };
}

function jsonOr(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

/** @throws Error with what is wrong */
function check(words: ScenarioWords): void {
  const { error } = scenarioSchema.safeParse(words);
  if (error !== undefined) throw new Error(error.issues.map(({ message }) => message).join(', '));
}
