import type { Clock } from '../../src/application/ports/clock';

/** The contract of the port Clock. */
export function clockContract(build: () => Clock): void {
  it('tells a valid time that never goes back by itself', () => {
    const clock = build();
    const times = Array.from({ length: 100 }, () => clock.now().getTime());
    expect(times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
  });

  it('cannot be changed through a time that it told', () => {
    const clock = build();
    clock.now().setFullYear(1970);
    expect(clock.now().getFullYear()).toBeGreaterThan(2000);
  });
}
