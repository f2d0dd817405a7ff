import type { Component } from '../../src/application/lifecycle/component';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { singleFlight } from '../../src/application/lifecycle/single-flight';
import { NEVER } from './jobs';

/**
 * The contract of Component, for one that can start in the test's surroundings; with the part of it that the registry sees to
 * for every component.
 */
export function componentContract(build: () => Component | Promise<Component>): void {
  let component: Component;
  const deadlines: Deadline[] = [];
  const soon = () => {
    const deadline = Deadline.in(5_000);
    deadlines.push(deadline);
    return deadline;
  };
  beforeEach(async () => {
    component = singleFlight(await build());
  });
  afterEach(() => {
    for (const deadline of deadlines.splice(0)) deadline.clear();
  });

  it('has a name in kebab-case', () => {
    expect(component.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('stops without a start, and has nothing forced to report', async () => {
    expect((await component.stop?.(soon()))?.forced ?? 0).toBe(0);
  });

  it('starts once and stops once, however often it is told to', async () => {
    const starting = component.start?.(NEVER);
    expect(component.start?.(NEVER)).toBe(starting);
    await starting;
    expect(component.start?.(NEVER)).toBe(starting);
    const stopping = component.stop?.(soon());
    expect(component.stop?.(soon())).toBe(stopping);
    expect((await stopping)?.forced ?? 0).toBe(0);
    expect(component.stop?.(soon())).toBe(stopping);
  });

  it('starts and stops once whatever the order in which it is told to, by however many at once', async () => {
    const rounds = 10;
    for (let round = 0; round < rounds; round += 1) {
      const inner = await build();
      const calls = { start: 0, stop: 0 };
      const counted = singleFlight({
        name: inner.name,
        ...(inner.start && {
          start: async (signal: AbortSignal) => {
            calls.start += 1;
            await inner.start?.(signal);
          },
        }),
        ...(inner.stop && {
          stop: async (deadline: Deadline) => {
            calls.stop += 1;
            return await inner.stop?.(deadline);
          },
        }),
      });
      const abort = new AbortController();
      const told = Array.from({ length: 20 }, async (_, index) => {
        for (let turn = 0; turn < (index * 7 + round) % 11; turn += 1) await new Promise(setImmediate);
        if (index % 3) await counted.start?.(abort.signal).catch(() => {});
        else {
          abort.abort(new Error('no more'));
          await counted.stop?.(soon());
        }
      });
      await Promise.all(told);
      expect([calls.start <= 1, calls.stop <= 1]).toEqual([true, true]);
    }
  });

  it('stops in time when its deadline has passed already', async () => {
    await component.start?.(NEVER);
    const passed = Deadline.in(0);
    await new Promise((resolve) => passed.signal.addEventListener('abort', resolve));
    const began = performance.now();
    await component.stop?.(passed);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('stops after a start that was aborted', async () => {
    await component.start?.(AbortSignal.abort(new Error('no more'))).catch(() => {});
    expect((await component.stop?.(soon()))?.forced ?? 0).toBe(0);
  });
}
