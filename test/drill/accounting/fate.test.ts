import { account } from './account';
import { type Fate, fateOf, UNSEEN_DRAIN_MS } from './fate';
import type { Observation } from './observation';

const SIGNAL = 1000;
const MOMENTS = { signalledAt: SIGNAL, drainSeenAt: SIGNAL + 50 };

function seen(over: Partial<Observation> = {}): Observation {
  const base: Observation = {
    kind: 'work',
    name: 'job-1',
    client: 0,
    connection: 0,
    startedAt: 990,
    connectedAt: 980,
    firstByteAt: 990,
    allBytesAt: 990,
    bytesWritten: 100,
    answeredAt: 995,
    status: 201,
    body: '{"id":"7","name":"job-1"}',
    closing: false,
    endedAt: 995,
    error: null,
    withheld: false,
  };
  return { ...base, ...over };
}

const cutOff = { answeredAt: null, status: null, body: null, error: 'ECONNRESET' };
const unsent = { ...cutOff, firstByteAt: null, allBytesAt: null, bytesWritten: 0, error: 'ECONNREFUSED' };

const WORK: readonly [string, Partial<Observation>, number, Fate][] = [
  ['201 and a row', {}, 1, 'acknowledged'],
  ['201 and no row', {}, 0, 'missing'],
  ['201 that names another job', { body: '{"id":"7","name":"job-2"}' }, 1, 'failed'],
  ['201 whose id is not a string', { body: '{"id":7,"name":"job-1"}' }, 1, 'failed'],
  ['201 whose body is not JSON', { body: 'ok' }, 1, 'failed'],
  ['503 and no row', { status: 503 }, 0, 'rejected'],
  ['408 and no row', { status: 408 }, 0, 'rejected'],
  ['413 and no row', { status: 413 }, 0, 'rejected'],
  ['503 and a row', { status: 503 }, 1, 'phantom'],
  ['500 and no row', { status: 500 }, 0, 'failed'],
  ['500 and a row', { status: 500 }, 1, 'phantom'],
  ['200 and no row', { status: 200 }, 0, 'failed'],
  ['all bytes written, reset, no row', cutOff, 0, 'lost'],
  ['one byte written, reset, no row', { ...cutOff, bytesWritten: 1, allBytesAt: null }, 0, 'lost'],
  ['all bytes written, reset, a row', cutOff, 1, 'phantom'],
  ['no byte written', unsent, 0, 'refused'],
  ['no byte written on an established connection', { ...unsent, error: 'FIN' }, 0, 'refused'],
  ['no byte written, and yet a row', unsent, 1, 'phantom'],
  ['the rest withheld, closed', { ...cutOff, withheld: true, allBytesAt: null }, 0, 'withheld'],
  ['the rest withheld, 408', { withheld: true, status: 408 }, 0, 'rejected'],
  ['the rest withheld, and yet a row', { ...cutOff, withheld: true }, 1, 'phantom'],
];

test.each(WORK)('a job with %s', (_, over, rows, fate) => {
  expect(fateOf(seen(over), rows, MOMENTS)).toBe(fate);
});

test('a plain no is a fault where every job can be carried out', () => {
  expect(fateOf(seen({ status: 503 }), 0, MOMENTS, false)).toBe('failed');
});

const late = { firstByteAt: SIGNAL + 51, answeredAt: SIGNAL + 60 };
const PROBES: readonly [string, Partial<Observation>, Fate][] = [
  ['200 before the signal', { status: 200 }, 'answered'],
  ['200 after the signal, which had not arrived', { status: 200, firstByteAt: SIGNAL + 49 }, 'answered'],
  ['200 after another had been told 503', { status: 200, ...late }, 'failed'],
  ['503 after the signal', { status: 503, ...late }, 'answered'],
  ['503 read before the signal was sent', { status: 503, answeredAt: SIGNAL - 1 }, 'failed'],
  ['500', { status: 500 }, 'failed'],
  ['408 at the end of an idle connection', { status: 408, ...late }, 'rejected'],
  ['no answer to what was sent', cutOff, 'lost'],
  ['a refused connection', unsent, 'refused'],
];

test.each(PROBES)('a probe with %s', (_, over, fate) => {
  expect(fateOf(seen({ kind: 'health', name: '', ...over }), 0, MOMENTS)).toBe(fate);
});

test('a server that shows no sign of a drain must not answer 200 for ever', () => {
  const probe = (firstByteAt: number) => seen({ kind: 'health', name: '', status: 200, firstByteAt });
  const { requests } = account(
    [probe(SIGNAL + UNSEEN_DRAIN_MS), probe(SIGNAL + UNSEEN_DRAIN_MS + 1)],
    [],
    SIGNAL,
  );
  expect(requests.map(({ fate }) => fate)).toEqual(['answered', 'failed']);
});

test('a refused connection shows that the server knows of the signal', () => {
  const refused = seen({ ...unsent, endedAt: SIGNAL + 10 });
  const probe = seen({ kind: 'health', name: '', status: 200, firstByteAt: SIGNAL + 11 });
  const { requests } = account([refused, probe], [], SIGNAL);
  expect(requests.map(({ fate }) => fate)).toEqual(['refused', 'failed']);
});

test('a row that nobody sent, and a second row for one request, are unexplained', () => {
  const result = account(
    [seen(), seen({ name: 'job-2', ...cutOff })],
    ['job-1', 'job-1', 'stranger'],
    SIGNAL,
  );
  expect(result.unexplained).toEqual(['job-1', 'stranger']);
  expect(result.counts).toMatchObject({ acknowledged: 1, lost: 1, phantom: 0 });
});

test('every request is counted once', () => {
  const requests = WORK.map(([, over], index) => seen({ ...over, name: `job-${index}` }));
  const { counts } = account(requests, [], SIGNAL);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(requests.length);
});
