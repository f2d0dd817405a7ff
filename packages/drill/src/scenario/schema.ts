import { z } from 'zod';
import { ID_STYLES } from '../requests/ids';
import { isSignal } from './signals';

const TIME = 'a time such as 500ms, 15s or 2m, or a number of milliseconds';

/** Milliseconds, or a text with a unit. */
export const duration = z
  .union([z.number().nonnegative(TIME), z.string().regex(/^\d+(?:\.\d+)?\s*(?:ms|s|m)$/, TIME)], {
    error: TIME,
  })
  .meta({ description: 'Milliseconds, or a text such as 500ms, 15s or 2m.' });

const count = (description: string) =>
  z.int('a whole number').min(1, 'a whole number of at least 1').describe(description);
const line = (description: string) =>
  z.string().regex(/\S/, 'a text that is not empty').describe(description);
const signal = (otherwise: string) =>
  z
    .string()
    .regex(/^SIG[A-Z0-9]+$/, otherwise)
    .refine(isSignal, otherwise);
const texts = (description: string) => z.record(z.string(), z.string()).describe(description);

const expected = z
  .strictObject({
    status: z
      .union([z.int(), z.string()])
      .optional()
      .describe('Such as 201, 2xx, or "200,404". By default 2xx.'),
    body: z.string().optional().describe('What the body contains, or /a regular expression/.'),
    json: z
      .unknown()
      .optional()
      .describe('What the JSON of the body holds: of objects at least these members.'),
    headers: texts('Header fields of the answer, and what their values contain.').optional(),
  })
  .describe('What a right answer is like. {{id}} may stand in the texts.');

const request = z
  .strictObject({
    request: line('Method and path, such as POST /orders/{{id}}.'),
    headers: texts('Header fields.').optional(),
    body: z.unknown().optional().describe('A text to be sent as it is, or anything else to be sent as JSON.'),
    weight: z
      .number()
      .positive('a number above 0')
      .optional()
      .describe('How often it is sent, beside the others. By default 1.'),
    expect: expected.optional(),
  })
  .describe(
    'A request that the drill sends. {{id}} stands for an id of its own, by which its effect is found again.',
  );

const EXIT = 'an exit code from 0 to 255, or a signal of this system';

const socket = z.strictObject({
  path: line('A path such as /socket.'),
  headers: texts('Header fields of the handshake.').optional(),
  hello: z
    .strictObject({
      send: line('What is sent before everything else.'),
      until: line('What the answer to it contains.'),
    })
    .optional()
    .describe('How a conversation begins, where a protocol has its own way.'),
});

const file = line('The name of a file to write.');

/** Everything that a drill can be told, in a file or by options of the same names. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  command: z
    .union([line('A shell line.'), z.array(z.string()).min(1)])
    .optional()
    .describe('Starts the server. It is told its port by the variable PORT, or by {{port}} in any word.'),
  cwd: line('Where the server is started; by default here.').optional(),
  env: texts('Variables for the server. {{port}} may stand in the values.').optional(),
  port: z
    .int('a port, from 1 to 65535')
    .min(1, 'a port, from 1 to 65535')
    .max(65535, 'a port, from 1 to 65535')
    .optional()
    .describe('Where the server listens, when it does not heed PORT.'),
  target: z
    .url({ protocol: /^https?$/, error: 'a URL such as http://127.0.0.1:8080' })
    .optional()
    .describe('A server that somebody else has started.'),
  start: line('Starts the target again for each trial.').optional(),
  stop: line('Tells the target to stop, such as: docker kill -s TERM web.').optional(),
  gone: line('Ends when the target has gone, such as: docker wait web.').optional(),
  kill: line('Ends the target by force at the end of the grace period.').optional(),
  signal: signal('a signal of this system, such as SIGTERM')
    .optional()
    .describe('What the server is told to stop by. By default SIGTERM.'),
  grace: duration.optional().describe('From the signal to SIGKILL. By default 15s.'),
  exit: z
    .array(z.union([z.int().min(0, EXIT).max(255, EXIT), signal(EXIT)], EXIT))
    .optional()
    .describe('The exit codes that are right, or signals of which it may die. By default 0.'),
  tls: z
    .union([z.boolean(), line('A file with the certificate of its CA.')])
    .optional()
    .describe('The server speaks TLS: true for any certificate, or a PEM file with the CA.'),
  ready: line('The request that asks whether the server is ready, such as GET /healthz.').optional(),
  readyTimeout: duration.optional().describe('How long a start may take. By default 30s.'),
  requests: z.array(request).min(1, 'a list of at least one request').optional(),
  stream: z
    .union([line('Method and path, such as GET /events.'), request.omit({ weight: true })])
    .optional()
    .describe('Opens a stream, such as one of server-sent events, which goes on until the server ends it.'),
  websocket: z
    .union([line('A path such as /socket.'), socket])
    .optional()
    .describe('Where the server speaks WebSocket.'),
  message: line('What is sent over a WebSocket, with {{id}} in it.').optional(),
  ack: line('What a message of the server contains that acknowledges it, with {{id}} in it.').optional(),
  goodbye: z
    .union([
      line('What it contains, and what is answered.'),
      z.strictObject({
        says: line('What it contains, or /a regular expression/.'),
        answer: line('What is answered; $1 is a group of the expression.'),
      }),
    ])
    .optional()
    .describe(
      'The message by which the server asks clients to say no more. They answer it when they have ended.',
    ),
  h2: z
    .boolean()
    .optional()
    .describe('Whether the server speaks HTTP/2: over TLS with ALPN, else with prior knowledge.'),
  id: z.enum(ID_STYLES, 'text or uuid').optional().describe('What ids look like.'),
  effects: line(
    'A shell line that prints an id for each effect, a line each, when the server has gone.',
  ).optional(),
  effectsSql: line('A query to Postgres that has an id for each effect, a row each.').optional(),
  effectsUrl: line('The database of effectsSql. By default DATABASE_URL.').optional(),
  effectsLog: line('A log file: each line with an id is an effect.').optional(),
  effectsMatch: line('Only the lines of effectsLog that match this regular expression.').optional(),
  reset: line('A shell line that takes all effects away, after each trial.').optional(),
  resetSql: line('A statement that does the same.').optional(),
  postgres: z
    .union([z.boolean(), line('A URL.')])
    .optional()
    .describe(
      'Gives the server an empty Postgres in DATABASE_URL: true for a throw-away one, or the URL of one where databases may be made.',
    ),
  yardstick: line('A shell line: the server beside which the time to exit is measured.').optional(),
  mode: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Kinds of load: all, load, or their names. By default load.'),
  trials: count('How often the server is told to stop, in each mode. By default 20.').optional(),
  clients: count('How many clients load it. By default 32.').optional(),
  parallel: count('How many trials run at the same time. By default 1.').optional(),
  seed: z.int('a whole number').optional().describe('Repeats the plan of random moments.'),
  clientsStop: duration
    .optional()
    .describe('Clients start nothing new this long after the signal. By default they go on.'),
  refusals: z
    .boolean()
    .optional()
    .describe('Whether a 503 or 4xx is right where every request can be carried out. By default it is.'),
  json: file.optional(),
  junit: file.optional(),
  report: file.optional(),
  summary: file.optional(),
});

export type ScenarioWords = z.infer<typeof scenarioSchema>;

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

/** In milliseconds. */
export function milliseconds(value: z.infer<typeof duration>): number {
  if (typeof value === 'number') return value;
  const [, amount, unit = ''] = /^([\d.]+)\s*([a-z]+)$/.exec(value) ?? [];
  return Number(amount) * (UNITS[unit] ?? Number.NaN);
}
