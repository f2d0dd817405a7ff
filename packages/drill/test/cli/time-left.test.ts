import { inMinutes, TimeLeft } from '../../src/cli/time-left';

let now: number;
let left: TimeLeft;
beforeEach(() => {
  now = 0;
  left = new TimeLeft(3, 4, () => now);
});
/** Trials of a mode up to the `last`. */
const trials = (last: number, each: number, first = 1) => {
  for (let done = first; done <= last; done += 1) {
    now += each;
    left.trialDone(done);
  }
};

test('nobody knows before the first trial has ended', () => {
  now = 5000;
  expect(left.ms()).toBeNull();
});

test('the modes to come are thought to take what those so far took', () => {
  trials(1, 100);
  expect(left.ms()).toBe(3 * 100 + 2 * 4 * 100);
  trials(4, 100, 2);
  expect(left.ms()).toBe(2 * 4 * 100);
});

test('a slow mode is judged by its own trials, and a fast one after it by its own', () => {
  trials(4, 100);
  trials(2, 1000);
  // Two more of this mode, and the last mode at the mean of the two.
  expect(left.ms()).toBe(2 * 1000 + 4 * 550);
  trials(4, 1000, 3);
  trials(3, 10);
  expect(left.ms()).toBe(10);
});

test('runs down while a trial goes on, but not below what is left after it', () => {
  trials(4, 100);
  trials(4, 100);
  trials(2, 100);
  now += 60;
  expect(left.ms()).toBe(140);
  now += 500;
  expect(left.ms()).toBe(100);
});

test('is nothing when all have ended', () => {
  for (let mode = 0; mode < 3; mode += 1) trials(4, 100);
  expect(left.ms()).toBe(0);
});

test('is told in minutes and seconds', () => {
  expect([0, 400, 59_000, 60_000, 200_000].map(inMinutes)).toEqual([
    '0 s',
    '1 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
  ]);
});
