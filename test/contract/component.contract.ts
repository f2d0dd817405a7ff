import type { Component } from '../../src/application/lifecycle/component';
import { Deadline } from '../../src/application/lifecycle/deadline';
import { NEVER } from './jobs';

/** The contract of the port Component, for one that can start in the test's surroundings. */
export function componentContract(build: () => Component | Promise<Component>): void {
  let component: Component;
  const deadlines: Deadline[] = [];
  const soon = () => {
    const deadline = Deadline.in(5_000);
    deadlines.push(deadline);
    return deadline;
  };
  beforeEach(async () => {
    component = await build();
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
