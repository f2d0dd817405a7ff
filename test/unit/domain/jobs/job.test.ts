import fc from 'fast-check';
import { InvalidJob, parseJobId, parseJobName } from '../../../../src/domain/jobs/job';

/** Any code points, lone surrogates included: fast-check's own `binary` unit takes a second to set up. */
function text(minLength: number) {
  return fc
    .array(fc.integer({ min: 0, max: 0x10ffff }), { minLength, maxLength: 60 })
    .map((codes) => String.fromCodePoint(...codes));
}

describe('a name', () => {
  it.each([
    'a',
    '0',
    'ünï',
    '名前',
    '🚀',
    ' a ',
    'a\u00a0b',
    'x'.repeat(255),
    '🚀'.repeat(255),
    'e\u0301',
    '👩‍👩‍👧',
  ])('is taken exactly as it was sent: %j', (name) => {
    expect(parseJobName(name)).toBe(name);
  });

  it.each([
    [undefined, 'required'],
    [null, 'must be a string'],
    [7, 'must be a string'],
    [{}, 'must be a string'],
    [['a'], 'must be a string'],
    ['', 'blank'],
    ['   ', 'blank'],
    ['\u00a0\u3000', 'blank'],
    ['\u200b', 'blank'],
    ['a\0b', 'control characters'],
    ['a\nb', 'control characters'],
    ['a\u007fb', 'control characters'],
    ['a\u0085b', 'control characters'],
    ['a\ud800b', 'lone surrogates'],
    ['\udc00', 'lone surrogates'],
    ['x'.repeat(256), 'at most 255'],
    ['🚀'.repeat(256), 'at most 255'],
    ['x'.repeat(10_000_000), 'at most 255'],
  ])('is refused, with the rule that it breaks', (name, rule) => {
    expect(() => parseJobName(name)).toThrow(InvalidJob);
    expect(() => parseJobName(name)).toThrow(rule);
  });

  it('is either returned unchanged or refused, whatever it is', () => {
    const anything = fc.oneof(text(0), fc.anything({ maxDepth: 1 }));
    fc.assert(
      fc.property(anything, (name) => {
        try {
          return parseJobName(name) === name;
        } catch (error) {
          return error instanceof InvalidJob;
        }
      }),
    );
  });

  it('may be any printable text of 1 to 255 code points', () => {
    const printable = text(1);
    fc.assert(
      fc.property(printable, (rest) => {
        const name = `x${rest}`;
        fc.pre(name.isWellFormed() && !/\p{Cc}/u.test(name));
        expect(parseJobName(name)).toBe(name);
      }),
    );
  });
});

describe('an id', () => {
  it('is a UUID, in lower case whatever was sent', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(parseJobId(uuid.toUpperCase())).toBe(uuid);
      }),
    );
  });

  it.each([
    '',
    'x',
    '123',
    '0190163d-8694-739b-aea5-966c26f8ad9',
    '0190163d8694739baea5966c26f8ad91',
    `{${'0'.repeat(36)}}`,
  ])('is refused when it is none: %j', (id) => {
    expect(() => parseJobId(id)).toThrow(InvalidJob);
  });
});
