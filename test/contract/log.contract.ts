import type { Log } from '../../src/application/ports/log';

export interface WrittenLine {
  readonly level: unknown;
  readonly message: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The contract of the port Log. `lines` reads back what has been written. */
export function logContract(build: () => { log: Log; lines: () => Promise<readonly WrittenLine[]> }): void {
  it('writes one line for each call, with its level and its fields', async () => {
    const { log, lines } = build();
    log.debug('one');
    log.info('two', { count: 2 });
    log.warn('three\nand more', { nested: { deep: true } });
    log.error('four', { err: new Error('the fault') });
    const written = await lines();
    expect(written.map(({ level, message }) => [level, message])).toEqual([
      ['debug', 'one'],
      ['info', 'two'],
      ['warn', 'three\nand more'],
      ['error', 'four'],
    ]);
    expect(written[1]?.fields).toMatchObject({ count: 2 });
    expect(written[2]?.fields).toMatchObject({ nested: { deep: true } });
    expect(written[3]?.fields.err).toMatchObject({ message: 'the fault' });
  });

  it('never throws, whatever the fields are', async () => {
    const { log, lines } = build();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const hostile = {
      get value(): never {
        throw new Error('a getter');
      },
      toJSON(): never {
        throw new Error('a toJSON');
      },
    };
    const odd = [
      circle,
      { big: 1n },
      { hostile },
      { err: undefined },
      { err: 'no error' },
      { err: null },
      { at: new Date(Number.NaN) },
    ];
    for (const fields of odd) log.info('odd', fields);
    expect(await lines()).toHaveLength(odd.length);
  });
}
