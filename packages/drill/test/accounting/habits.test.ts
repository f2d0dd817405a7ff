import { account } from '../../src/accounting/account';
import type { Observation } from '../../src/accounting/observation';
import { Recorder } from '../../src/client/recorder';

const SIGNAL = 1000;
const FIELDS = ['content-type', 'set-cookie', 'date', 'connection'];
const recorder = new Recorder((number) => `id-${number}`);

/** A right answer, sent in pieces over 10 ms. */
function seen(over: Partial<Observation>): Observation {
  const times = { firstByteAt: 980, allBytesAt: 990, answeredAt: 995 };
  const observation = recorder.observe('request', { index: 0 }, 0, 0);
  return Object.assign(
    observation,
    { ...times, bytesWritten: 9, status: 200, isStatusRight: true, fields: FIELDS },
    over,
  );
}

const late = { allBytesAt: SIGNAL + 5, answeredAt: SIGNAL + 10 };
const fates = (...observations: Observation[]) =>
  account(observations, {
    effects: null,
    isTracked: () => false,
    signalledAt: SIGNAL,
    mayRefuse: true,
    keepsHabits: true,
  }).requests.map(({ fate, reason }) => (reason === undefined ? fate : `${fate}: ${reason}`));

const LACKS = 'failed: the answer lacks set-cookie, which every answer before the signal had';
const EARLY = 'failed: answered before its request had been sent';

test('an answer that lacks what every one had before the signal has failed', () => {
  expect(fates(seen({}), seen({ ...late, fields: ['content-type', 'date', 'connection'] }))).toEqual([
    'acknowledged',
    LACKS,
  ]);
});

test('a field that one answer had not before the signal is no habit', () => {
  const without = { fields: ['content-type'] };
  expect(fates(seen({}), seen(without), seen({ ...late, ...without }))).toEqual(
    Array(3).fill('acknowledged'),
  );
});

test('fields of the connection and of framing may go, and others may come', () => {
  const fields = ['content-type', 'set-cookie', 'retry-after'];
  expect(fates(seen({}), seen({ ...late, fields }))).toEqual(['acknowledged', 'acknowledged']);
});

test('answers to other requests, wrong ones and those before the signal are not held against it', () => {
  const fields: string[] = [];
  const no = { status: 503, isStatusRight: false, mismatch: 'answered 503' };
  expect(fates(seen({}), seen({ ...late, fields, template: 1 }), seen({ ...late, fields, ...no }))).toEqual([
    'acknowledged',
    'acknowledged',
    'rejected',
  ]);
  expect(fates(seen({ fields }), seen({}))).toEqual(['acknowledged', 'acknowledged']);
});

test('an answer must not come before its request has been sent, where that was waited for', () => {
  const early = { ...late, allBytesAt: null };
  expect(fates(seen({}), seen(early))).toEqual(['acknowledged', EARLY]);
  expect(fates(seen({}), seen({ ...early, allBytesAt: SIGNAL + 11 }))).toEqual(['acknowledged', EARLY]);
  expect(fates(seen({ allBytesAt: null }), seen({}), seen(early))).toEqual(Array(3).fill('acknowledged'));
  expect(fates(seen({ allBytesAt: 980 }), seen(early))).toEqual(['acknowledged', 'acknowledged']);
});
