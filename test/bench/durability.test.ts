import { assertDurable } from './durability';

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

test('durable settings are put into words', () => {
  expect(assertDurable(DURABLE)).toBe('fsync on, synchronous_commit on, full_page_writes on');
});

test.each(['fsync', 'synchronous_commit', 'full_page_writes'])(
  'a database with %s off is refused',
  (name) => {
    expect(() => assertDurable({ ...DURABLE, [name]: 'off' })).toThrow(`not durable: ${name} off`);
  },
);
