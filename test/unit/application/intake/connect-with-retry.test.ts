import { mayPass } from '../../../../src/adapters/postgres/connection/errors';
import { connectWithRetry } from '../../../../src/application/intake/connect-with-retry';
import { InMemoryLog } from '../../../doubles/in-memory-log';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const SILENCE = new Promise<void>(() => {});

function build(outcomes: (Error | Promise<void> | undefined)[], timeoutMs = 5_000) {
  const log = new InMemoryLog();
  const abort = new AbortController();
  let attempts = 0;
  const connect = async () => {
    const outcome = outcomes[Math.min(attempts, outcomes.length - 1)];
    attempts += 1;
    if (outcome instanceof Error) throw outcome;
    await outcome;
  };
  const connecting = connectWithRetry({ connect, mayPass, timeoutMs, signal: abort.signal, log });
  return { connecting, log, abort, attempts: () => attempts };
}

it('tries again, with a line for each attempt and a delay that doubles', async () => {
  const { connecting, log, attempts } = build([refused, refused, undefined]);
  await connecting;
  expect(attempts()).toBe(3);
  expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
    ['warn', { attempt: 1, delayMs: 50, reason: 'connect ECONNREFUSED' }],
    ['warn', { attempt: 2, delayMs: 100, reason: 'connect ECONNREFUSED' }],
  ]);
});

it('gives up after its time with one readable error', async () => {
  const { connecting } = build([refused], 20);
  await expect(connecting).rejects.toMatchObject({
    message: 'the database cannot be reached: connect ECONNREFUSED',
    cause: refused,
  });
});

it('cuts an attempt that meets silence off at the end of its time', async () => {
  const { connecting, attempts } = build([SILENCE], 20);
  await expect(connecting).rejects.toThrow('the database cannot be reached: no answer within 20 ms');
  expect(attempts()).toBe(1);
});

it('names the last failure, not the silence after it', async () => {
  const { connecting } = build([refused, SILENCE], 100);
  await expect(connecting).rejects.toMatchObject({ cause: refused });
});

it('does not try again what no waiting mends', async () => {
  const { connecting, attempts } = build([Object.assign(new Error('no'), { code: 'CERT_HAS_EXPIRED' })]);
  await expect(connecting).rejects.toThrow('the database cannot be reached: no');
  expect(attempts()).toBe(1);
});

it('ends as soon as it is aborted', async () => {
  const { connecting, abort } = build([refused]);
  abort.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
});
