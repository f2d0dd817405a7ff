import type { Component } from '../../../../src/application/lifecycle/component';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import { singleFlight } from '../../../../src/application/lifecycle/single-flight';
import { componentContract } from '../../../contract/component.contract';

const { signal } = new AbortController();
let deadline: Deadline;
beforeEach(() => {
  deadline = Deadline.in(5_000);
});
afterEach(() => deadline.clear());

/** Says what of it runs, and that it must never run twice or side by side. */
function part(): Component & { readonly calls: string[] } {
  const calls: string[] = [];
  const run = async (step: string) => {
    calls.push(step);
    await new Promise((resolve) => setTimeout(resolve, 1));
    calls.push(`${step} is over`);
  };
  return { name: 'part', calls, start: () => run('start'), stop: () => run('stop') };
}

componentContract(part);

it('stops only when the start is over', async () => {
  const inner = part();
  const { start, stop } = singleFlight(inner);
  await Promise.all([start?.(signal), stop?.(deadline)]);
  expect(inner.calls).toEqual(['start', 'start is over', 'stop', 'stop is over']);
});

it('stops what a failed start has left, and fails for each who started it', async () => {
  const inner = part();
  const failure = new Error('no port');
  const { start, stop } = singleFlight({ ...inner, start: () => Promise.reject(failure) });
  await expect(start?.(signal)).rejects.toBe(failure);
  await expect(start?.(signal)).rejects.toBe(failure);
  await stop?.(deadline);
  expect(inner.calls).toEqual(['stop', 'stop is over']);
});

it('does nothing at a stop without a start, and starts nothing after a stop', async () => {
  const inner = part();
  const { start, stop } = singleFlight(inner);
  expect(await stop?.(deadline)).toEqual({});
  await expect(start?.(signal)).rejects.toThrow('part was stopped before it was started');
  expect(inner.calls).toEqual([]);
});

it('stops what has no start', async () => {
  const inner = part();
  const { stop } = singleFlight({ name: inner.name, stop: (at) => (inner as Required<Component>).stop(at) });
  await stop?.(deadline);
  expect(inner.calls).toEqual(['stop', 'stop is over']);
});

it('counts a start as forced that does not give up by the deadline', async () => {
  const { start, stop } = singleFlight({ ...part(), start: () => new Promise(() => {}) });
  void start?.(signal);
  const soon = Deadline.in(10);
  expect(await stop?.(soon)).toMatchObject({ forced: 1 });
});
