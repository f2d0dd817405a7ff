import type { LogDestination } from '../../../../src/adapters/observability/log-destination';
import { PinoLog } from '../../../../src/adapters/observability/pino-log';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import { componentContract } from '../../../contract/component.contract';
import { logContract } from '../../../contract/log.contract';

class Lines implements LogDestination {
  readonly text: string[] = [];
  flushes = 0;
  readonly stream = { write: (line: string) => void this.text.push(line) };

  print(text: string): void {
    this.text.push(text);
  }

  async flush(): Promise<void> {
    this.flushes += 1;
  }

  get parsed(): Record<string, unknown>[] {
    return this.text.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

describe('PinoLog as Log', () => {
  logContract(() => {
    const lines = new Lines();
    return {
      log: new PinoLog('debug', lines),
      lines: async () =>
        lines.parsed.map(({ level, msg, time, ...fields }) => ({ level, message: msg, fields })),
    };
  });
});

describe('PinoLog as Component', () => componentContract(() => new PinoLog('info', new Lines())));

describe('PinoLog', () => {
  it('writes one JSON object a line, with the level as a word and the time in ISO 8601', () => {
    const lines = new Lines();
    new PinoLog('info', lines).info('hello', { a: 1 });
    expect(lines.text).toHaveLength(1);
    expect(lines.text[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(lines.parsed[0]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      a: 1,
      msg: 'hello',
    });
  });

  it('gives each line the time of its own millisecond', () => {
    const lines = new Lines();
    const log = new PinoLog('info', lines);
    const times = [1_000, 1_000, 1_001, 999];
    const clock = jest.spyOn(Date, 'now');
    for (const time of times) {
      clock.mockReturnValue(time);
      log.info('line');
    }
    clock.mockRestore();
    expect(lines.parsed.map(({ time }) => Date.parse(time as string))).toEqual(times);
  });

  it('keeps silent about what is below its level', () => {
    const lines = new Lines();
    const log = new PinoLog('warn', lines);
    log.info('no');
    log.warn('yes');
    expect(lines.parsed.map(({ msg }) => msg)).toEqual(['yes']);
  });

  it("writes an error's causes", () => {
    const lines = new Lines();
    new PinoLog('info', lines).error('failed', { err: new Error('outer', { cause: new Error('inner') }) });
    expect(lines.parsed[0]?.err).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
  });

  it('flushes when it stops, and still takes lines afterwards', async () => {
    const lines = new Lines();
    const log = new PinoLog('info', lines);
    const deadline = Deadline.in(1_000);
    await log.stop(deadline);
    deadline.clear();
    expect(lines.flushes).toBe(1);
    log.info('after');
    expect(lines.parsed.at(-1)?.msg).toBe('after');
  });
});
