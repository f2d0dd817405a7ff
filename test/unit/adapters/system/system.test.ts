import { SystemClock } from '../../../../src/adapters/system/system-clock';
import { Uuids } from '../../../../src/adapters/system/uuids';
import { clockContract } from '../../../contract/clock.contract';
import { idGeneratorContract } from '../../../contract/id-generator.contract';

describe('Uuids', () => {
  idGeneratorContract(() => new Uuids());

  it('never makes the same id in two generators', () => {
    const generators = [new Uuids(), new Uuids()];
    const ids = generators.flatMap((generator) => Array.from({ length: 1_000 }, () => generator.next()));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with the time in milliseconds (RFC 9562, section 5.7)', () => {
    const before = Date.now();
    const time = Number.parseInt(new Uuids().next().replace('-', '').slice(0, 12), 16);
    expect(Math.abs(time - before)).toBeLessThan(60_000);
  });
});

describe('SystemClock', () => {
  clockContract(() => new SystemClock());

  it("tells the machine's time", () => {
    const before = Date.now();
    const now = new SystemClock().now().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
