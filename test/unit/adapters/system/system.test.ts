import { SystemClock } from '../../../../src/adapters/system/system-clock';
import { UuidJobIds } from '../../../../src/adapters/system/uuids';
import { clockContract } from '../../../contract/clock.contract';
import { jobIdGeneratorContract } from '../../../contract/job-id-generator.contract';

describe('UuidJobIds', () => {
  jobIdGeneratorContract(() => new UuidJobIds());

  it('never makes the same id in two generators', () => {
    const generators = [new UuidJobIds(), new UuidJobIds()];
    const ids = generators.flatMap((generator) => Array.from({ length: 1_000 }, () => generator.next()));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins with the time in milliseconds (RFC 9562, section 5.7)', () => {
    const before = Date.now();
    const time = Number.parseInt(new UuidJobIds().next().replace('-', '').slice(0, 12), 16);
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
