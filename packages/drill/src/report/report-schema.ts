import { z } from 'zod';
import { FATES, type Fate } from '../accounting/fate';
import { FATE_LOOKS } from './fate-look';

const count = (description: string) => z.int().nonnegative().describe(description);
const ms = (description: string) => z.number().describe(description);
const msOrNever = (description: string) => z.number().nullable().describe(description);
const text = (description: string) => z.string().describe(description);
const list = <Item extends z.ZodType>(item: Item, description: string) =>
  z.array(item).readonly().describe(description);

const countOfFate = (fate: Fate) => [fate, count(FATE_LOOKS[fate].meaning)];
const counts = z
  .strictObject(Object.fromEntries(FATES.map(countOfFate)) as Record<Fate, z.ZodInt>)
  .describe('How many requests came to each end.');

const spread = z
  .strictObject({
    median: ms('Half of them took no longer.'),
    p95: ms('95 of 100.'),
    max: ms('The longest.'),
  })
  .nullable();

const request = z
  .strictObject({
    id: text('What stood for {{id}}; empty for a probe.'),
    kind: z
      .enum(['request', 'probe', 'message', 'stream'])
      .describe(
        'A probe asks for readiness, a message went over a WebSocket, a stream goes on until its end.',
      ),
    template: z.int().describe('Which of setting.requests it was made from, from 0; -1 for a probe.'),
    fate: z.enum(FATES).describe('What became of it.'),
    reason: text('Why an answer does not count as right, where that decided its fate.').nullable(),
    effects: count('How many effects carry its id; null when nobody could tell.').nullable(),
    client: count('Which client sent it, from 0.'),
    connection: count('The id of its connection; null when a pooling library sent it.').nullable(),
    startedAt: ms('When the client decided to send.'),
    connectedAt: msOrNever('When its connection was established; for a reused one, before startedAt.'),
    firstByteAt: msOrNever('When the kernel took its first byte.'),
    allBytesAt: msOrNever('When the kernel had taken its last byte.'),
    bytesWritten: count('How many bytes the kernel took.'),
    answeredAt: msOrNever('When the last byte of a complete answer was read.'),
    endedAt: msOrNever('When the client knew how it ended, well or badly.'),
    status: z.int().nullable().describe('The status of the answer.'),
    expectsAnswer: z.boolean().describe('Whether an answer is due.'),
    isStatusRight: z.boolean().describe('Whether the status is one of those that were expected.'),
    mismatch: text('What is wrong with the complete answer; null when nothing is.').nullable(),
    fields: list(z.string(), 'The names of its header fields, in lower case.').nullable(),
    closing: z.boolean().describe('Whether the answer carried Connection: close.'),
    error: text('Why there was no complete answer: an errno such as ECONNRESET, or FIN.').nullable(),
    unprocessed: z
      .boolean()
      .describe('Whether the server has said that it has not begun with it, so that it may be sent again.'),
    withheld: z.boolean().describe('Whether the client kept back its rest, on purpose.'),
  })
  .describe(
    'A request, a probe, a message or a stream, as its client saw it. Times are ms since the signal.',
  );

const connection = z.strictObject({
  id: count('Its number within the trial, from 0.'),
  client: count('Whose it is.'),
  openedAt: ms('When the client asked for it.'),
  connectedAt: msOrNever('When it was established.'),
  firstReadAt: msOrNever('When the first byte of an answer was read.'),
  endedAt: msOrNever('When it ended.'),
  end: text(
    'FIN or RST from the server, client when the client was first, or why it was never there.',
  ).nullable(),
});

const end = z
  .strictObject({
    killed: z.boolean().describe('Whether it was still there at the end of the grace period.'),
    code: z.int().nullable().describe('Null when a signal ended it, or when nobody could tell.'),
    signal: text('The signal that ended it.').nullable(),
    at: msOrNever('When; null when it had to be killed.'),
  })
  .describe('How the server ended.');

const trial = z
  .strictObject({
    number: count('Its number within the mode, from 1.'),
    isGoodEnd: z.boolean().describe('Whether the server ended in time, with an exit that is right.'),
    end,
    exitMs: msOrNever('From the signal to the exit.'),
    counts,
    unexplained: list(z.string(), 'The ids of effects that no request explains.'),
    requests: list(request, 'Every request, in the order in which they began.'),
    connections: list(connection, 'Every connection that a client saw.'),
    marks: list(
      z.strictObject({ at: ms('When.'), label: text('What.') }),
      'What happened to the server, as seen from outside.',
    ),
    log: list(
      z.strictObject({ at: ms('When it was read.'), text: text('The line.') }),
      'The latest lines of its output.',
    ),
  })
  .describe('One trial in full. Times are ms since the signal.');

const cause = z.strictObject({
  id: text('The same in every run.'),
  title: text('In a few words.'),
  explanation: text('What happens.'),
  advice: text('What to change.'),
  of: z.enum(['requests', 'trials', 'effects']).describe('What is counted.'),
  count: count('How many. Every request that came to a bad end is counted in one cause.'),
  trials: count('In how many trials it was seen.'),
  fates: list(z.enum(FATES), 'The ends to which its requests came.'),
  evidence: list(z.string(), 'What was seen of it, with times since the signal.'),
});

const mode = z.strictObject({
  mode: text('Its name.'),
  title: text('What it does, in a few words.'),
  policy: text('What it asks of a server.'),
  trials: count('How often the server was told to stop.'),
  clients: count('How many clients loaded it.'),
  requests: count('How many requests they sent, in all trials.'),
  counts,
  unexplained: count('Effects that no request explains.'),
  trialsWithFault: count('Trials with a fault, an unexplained effect or a wrong exit.'),
  badExits: count('Trials that did not end in time with an exit that is right.'),
  exitMs: spread.describe('From the signal to the exit; null when no trial ended by itself.'),
  bareExitMs: spread.describe('The same of the yardstick, in the modes that measure it.'),
  tookMs: ms('From the start of its first trial to the end of its last one.'),
  causes: list(cause, 'Why requests came to a bad end, as far as can be told.'),
  faults: list(
    z.strictObject({ trial: count('The number of the trial.'), request }),
    'The first requests that came to a bad end.',
  ),
  shown: trial.nullable().describe('The first trial with a fault, else the last one.'),
});

const setting = z
  .strictObject({
    version: text("The drill's."),
    command: text("The server's command, or its URL."),
    signal: text('What it was told to stop by; null when that was a command.').nullable(),
    requests: list(z.string(), 'Method and path of each.'),
    effects: z.boolean().describe('Whether the effects of requests were looked up.'),
    clients: count('How many clients.'),
    trials: count('How many trials in each mode.'),
    seed: z.int().describe('Repeats the plan of random moments.'),
    startedAt: text('ISO 8601, UTC.'),
    node: text("The version of the drill's Node."),
    platform: text('The system that it ran on.'),
    cpus: count('How many processors it may use.'),
    tookMs: ms('How long the whole took.'),
  })
  .readonly()
  .describe('What was run.');

/** What `--json` writes. A change after which a reader of the last version would stumble makes it another version. */
export const reportSchema = z
  .strictObject({
    $schema: z.string().optional(),
    schema: z.literal(1).describe('The version of this format.'),
    faultless: z.boolean().describe('Whether nothing went wrong: the exit code is 0 only then.'),
    verdict: text('The result in a sentence.'),
    setting,
    modes: list(mode, 'Each mode that was run.'),
    leftOut: list(
      z.strictObject({
        mode: text('Its name.'),
        title: text('What it does.'),
        lacks: text('What it wants.'),
      }),
      'Modes that could not be run.',
    ),
  })
  .meta({ title: 'Report of lastcall-drill', description: 'What lastcall-drill --json writes.' });

export type Report = z.infer<typeof reportSchema>;
export type ModeReport = Report['modes'][number];
export type TrialReport = NonNullable<ModeReport['shown']>;
export type RequestReport = TrialReport['requests'][number];
