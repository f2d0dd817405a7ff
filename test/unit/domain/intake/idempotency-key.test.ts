import fc from 'fast-check';
import { InvalidIdempotencyKey } from '../../../../src/domain/intake/errors';
import { parseIdempotencyKey } from '../../../../src/domain/intake/idempotency-key';

it.each([
  ['8e03978e-40d5', '8e03978e-40d5'],
  ['"8e03978e-40d5"', '8e03978e-40d5'],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['~!#', '~!#'],
  ['x'.repeat(255), 'x'.repeat(255)],
])('reads %j as %j', (header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key);
});

it.each([
  '',
  '""',
  '"',
  '"a',
  '"a"b"',
  ' a',
  'a b',
  '"a b"',
  'a\tb',
  'ä',
  'a\0',
  'x'.repeat(256),
  `"${'x'.repeat(256)}"`,
])('refuses %j', (header) => {
  expect(() => parseIdempotencyKey(header)).toThrow(InvalidIdempotencyKey);
});

it('reads a key in quotes as the same key as without', () => {
  const visible = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 255,
  });
  fc.assert(
    fc.property(visible, (key) => {
      fc.pre(!key.startsWith('"'));
      const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
      expect(parseIdempotencyKey(quoted)).toBe(key);
      expect(parseIdempotencyKey(key)).toBe(key);
    }),
  );
});
