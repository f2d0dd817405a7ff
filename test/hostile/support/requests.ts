import { type RawAnswer, RawClient } from '../../support/raw-client';

export const HOST = 'Host: example.org\r\n';
export const JSON_TYPE = 'Content-Type: application/json\r\n';

/** A `POST /work` with these bytes (one a character) as its body. */
export function postWork(body: string, headers = JSON_TYPE): string {
  return `POST /work HTTP/1.1\r\n${HOST}${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

export const GET_HEALTH = `GET /health HTTP/1.1\r\n${HOST}\r\n`;

export interface Exchange {
  readonly answers: readonly RawAnswer[];
  /** `fin` when the server closed the connection after its last answer, `open` when it would go on. */
  readonly end: string;
}

/** Recognised by the id that comes back with its answer. */
const LAST = `GET /health HTTP/1.1\r\n${HOST}X-Request-Id: the-last\r\n\r\n`;
const isLast = (answer: RawAnswer | undefined) => answer?.headers.get('x-request-id') === 'the-last';

/**
 * Sends bytes on a connection of their own, and when the first answer is there one more request: its answer shows
 * that the connection goes on, and that there was no answer too many.
 */
export async function exchange(port: number, bytes: string): Promise<Exchange> {
  const client = await RawClient.open(port);
  client.write(bytes);
  await client.waitForAnswers(1);
  client.write(LAST);
  for (let count = 2; client.end === 'open' && !isLast(client.answers.at(-1)); count += 1) {
    await client.waitForAnswers(count);
  }
  const { answers, end } = client;
  client.destroy();
  return { answers: answers.filter((answer) => !isLast(answer)), end };
}

/** The stable code of a problem document. Throws when it is none, or says more than it should. */
export function problemCode({ status, headers, body }: RawAnswer): string {
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.has('x-powered-by')).toBe(false);
  expect(problem.status).toBe(status);
  expect(
    Object.keys(problem).filter((key) => !['type', 'title', 'status', 'code', 'detail'].includes(key)),
  ).toEqual([]);
  expect(body).not.toMatch(/node_modules|\.[jt]s:\d|\bat \S+ \(|postgres|Error:/i);
  return String(problem.code);
}
