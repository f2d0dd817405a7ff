import { account } from '../../src/accounting/account';
import { type Fate, fateOf, UNSEEN_DRAIN_MS } from '../../src/accounting/fate';
import type { Observation } from '../../src/accounting/observation';

const SIGNAL = 1000;
const MOMENTS = { signalledAt: SIGNAL, drainSeenAt: SIGNAL + 50, killedAt: null };

function seen(over: Partial<Observation> = {}): Observation {
  const base: Observation = {
    kind: 'request',
    id: 'id-1',
    template: 0,
    expectsAnswer: true,
    client: 0,
    connection: 0,
    startedAt: 990,
    connectedAt: 980,
    firstByteAt: 990,
    allBytesAt: 990,
    bytesWritten: 100,
    answeredAt: 995,
    status: 201,
    isStatusRight: true,
    mismatch: null,
    fields: [],
    closing: false,
    endedAt: 995,
    error: null,
    unprocessed: false,
    withheld: false,
  };
  return { ...base, ...over };
}

/** What was found when the server had gone. */
const evidence = (effects: readonly string[] | null) => ({
  effects,
  isTracked: (template: number) => template === 0,
  signalledAt: SIGNAL,
  mayRefuse: true,
});

const cutOff = { answeredAt: null, status: null, error: 'ECONNRESET' };
const status = (code: number) => ({ status: code, isStatusRight: false, mismatch: `answered ${code}` });
const unsent = { ...cutOff, firstByteAt: null, allBytesAt: null, bytesWritten: 0, error: 'ECONNREFUSED' };

const unacknowledged = { ...cutOff, kind: 'message', expectsAnswer: false } as const;

const WORK: readonly [string, Partial<Observation>, number | null, Fate][] = [
  ['a right answer, effects not looked at', {}, null, 'acknowledged'],
  ['all bytes written, reset, effects not looked at', cutOff, null, 'unknown'],
  ['no byte written, effects not looked at', unsent, null, 'refused'],
  ['503, effects not looked at', status(503), null, 'rejected'],
  ['500, effects not looked at', status(500), null, 'failed'],
  ['no acknowledgement due, and an effect', unacknowledged, 1, 'arrived'],
  ['no acknowledgement due, and no effect', unacknowledged, 0, 'lost'],
  ['no acknowledgement due, effects not looked at', unacknowledged, null, 'unknown'],
  ['a right answer and an effect', {}, 1, 'acknowledged'],
  ['a right answer and no effect', {}, 0, 'missing'],
  ['a right status, a wrong body and an effect', { mismatch: 'the body lacks' }, 1, 'failed'],
  ['a right status, a wrong body and no effect', { mismatch: 'the body lacks' }, 0, 'missing'],
  ['503 and no effect', status(503), 0, 'rejected'],
  ['408 and no effect', status(408), 0, 'rejected'],
  ['413 and no effect', status(413), 0, 'rejected'],
  ['503 and an effect', status(503), 1, 'phantom'],
  ['500 and no effect', status(500), 0, 'failed'],
  ['500 and an effect', status(500), 1, 'phantom'],
  ['200 and no effect', status(200), 0, 'failed'],
  ['all bytes written, reset, no effect', cutOff, 0, 'lost'],
  ['one byte written, reset, no effect', { ...cutOff, bytesWritten: 1, allBytesAt: null }, 0, 'lost'],
  ['all bytes written, reset, an effect', cutOff, 1, 'phantom'],
  ['no byte written', unsent, 0, 'refused'],
  ['no byte written on an established connection', { ...unsent, error: 'FIN' }, 0, 'refused'],
  ['no byte written, and yet an effect', unsent, 1, 'phantom'],
  [
    'all bytes written, and the server says that it has not begun',
    { ...cutOff, unprocessed: true },
    0,
    'refused',
  ],
  ['that said of it, and yet an effect', { ...cutOff, unprocessed: true }, 1, 'phantom'],
  ['the rest withheld, closed', { ...cutOff, withheld: true, allBytesAt: null }, 0, 'withheld'],
  ['the rest withheld, 408', { withheld: true, ...status(408) }, 0, 'rejected'],
  ['the rest withheld, and yet an effect', { ...cutOff, withheld: true }, 1, 'phantom'],
];

test.each(WORK)('a request with %s', (_, over, effects, fate) => {
  expect(fateOf(seen(over), effects, MOMENTS).fate).toBe(fate);
});

test('a plain no is a fault where every request can be carried out', () => {
  expect(fateOf(seen(status(503)), 0, MOMENTS, false)).toMatchObject({
    fate: 'failed',
    reason: expect.stringContaining('503'),
  });
});

const late = { firstByteAt: SIGNAL + 51, answeredAt: SIGNAL + 60 };
const probe = (over: Partial<Observation>) =>
  seen({ kind: 'probe', id: '', isStatusRight: over.status === 200, ...over });
const PROBES: readonly [string, Partial<Observation>, Fate][] = [
  ['200 before the signal', { status: 200 }, 'answered'],
  ['200 after the signal, which had not arrived', { status: 200, firstByteAt: SIGNAL + 49 }, 'answered'],
  ['200 after another had been told 503', { status: 200, ...late }, 'failed'],
  ['503 after the signal', { status: 503, ...late }, 'answered'],
  ['503 read before the signal was sent', { status: 503, answeredAt: SIGNAL - 1 }, 'failed'],
  ['500', status(500), 'failed'],
  ['408 at the end of an idle connection', { status: 408, ...late }, 'rejected'],
  ['no answer to what was sent', cutOff, 'lost'],
  ['a refused connection', unsent, 'refused'],
];

test.each(PROBES)('a probe with %s', (_, over, fate) => {
  expect(fateOf(probe(over), null, MOMENTS).fate).toBe(fate);
});

const STREAMS: readonly [string, Partial<Observation>, Fate][] = [
  ['an end of its own', {}, 'answered'],
  ['a connection that is cut', cutOff, 'lost'],
  ['a refused connection', unsent, 'refused'],
  ['503 after the signal', { ...status(503), ...late }, 'rejected'],
  ['404 before the signal', status(404), 'failed'],
  ['500 after the signal', { ...status(500), ...late }, 'failed'],
];

test.each(STREAMS)('a stream with %s', (_, over, fate) => {
  expect(fateOf(seen({ kind: 'stream', ...over }), null, MOMENTS).fate).toBe(fate);
});

test('a stream that ends with the process, which is killed, has not been ended', () => {
  const { requests } = account(
    [SIGNAL + 400, SIGNAL + 501].map((answeredAt) => seen({ kind: 'stream', answeredAt })),
    { ...evidence([]), killedAt: SIGNAL + 500 },
  );
  expect(requests.map(({ fate }) => fate)).toEqual(['answered', 'lost']);
});

test('a server that shows no sign of a drain must not answer 200 for ever', () => {
  const at = (firstByteAt: number) => seen({ kind: 'probe', id: '', status: 200, firstByteAt });
  const { requests } = account(
    [at(SIGNAL + UNSEEN_DRAIN_MS), at(SIGNAL + UNSEEN_DRAIN_MS + 1)],
    evidence([]),
  );
  expect(requests.map(({ fate }) => fate)).toEqual(['answered', 'failed']);
});

test('a refused connection shows that the server knows of the signal', () => {
  const refused = seen({ ...unsent, endedAt: SIGNAL + 10 });
  const later = seen({ kind: 'probe', id: '', status: 200, firstByteAt: SIGNAL + 11 });
  const { requests } = account([refused, later], evidence([]));
  expect(requests.map(({ fate }) => fate)).toEqual(['refused', 'failed']);
});

test('an effect that nobody sent, and a second one for a request, are unexplained', () => {
  const result = account([seen(), seen({ id: 'id-2', ...cutOff })], evidence(['id-1', 'id-1', 'stranger']));
  expect(result.unexplained).toEqual(['id-1', 'stranger']);
  expect(result.counts).toMatchObject({ acknowledged: 1, lost: 1, phantom: 0 });
});

test('every request is counted once', () => {
  const requests = WORK.map(([, over], index) => seen({ ...over, id: `id-${index}` }));
  const { counts } = account(requests, evidence([]));
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(requests.length);
});

test('a probe is held against no effect', () => {
  const { requests } = account([seen({ kind: 'probe', id: '', status: 200 })], evidence([]));
  expect(requests[0]?.effects).toBeNull();
});

test('a request without an id is never held against the effects', () => {
  const { requests } = account([seen({ template: 1 }), seen({ template: 1, ...cutOff })], evidence([]));
  expect(requests.map(({ fate, effects }) => [fate, effects])).toEqual([
    ['acknowledged', null],
    ['unknown', null],
  ]);
});
