import fc from 'fast-check';
import { JSON_MAX_DEPTH, parseStrictJson } from '../../../../src/adapters/koa/edge/strict-json';

describe('strict JSON', () => {
  it('reads whatever JSON.stringify writes, as JSON.parse does', () => {
    const hasForbiddenName = (text: string) => /__proto__|constructor/.test(text);
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!hasForbiddenName(text));
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('takes exactly the texts that JSON.parse takes, of texts without repeated names', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\1ae. \n') }), (text) => {
        expect(outcome(() => parseStrictJson(text))).toEqual(outcome(() => JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a name that comes twice', '{"name":"a","name":"b"}'],
    ['a name that comes twice with the same value', '{"name":"a","name":"a"}'],
    ['a name that comes twice, once escaped', '{"name":"a","n\\u0061me":"b"}'],
    ['a name that comes twice further in', '{"name":"a","x":[{"y":1,"y":2}]}'],
    ['a number-like name that comes twice', '{"1":"a","1":"b"}'],
    ['an empty name that comes twice', '{"":1,"":2}'],
    ['__proto__', '{"name":"a","__proto__":{"x":1}}'],
    ['__proto__ in escapes', '{"name":"a","\\u005f_proto__":1}'],
    ['__proto__ further in', '{"name":"a","x":[{"__proto__":null}]}'],
    ['constructor.prototype', '{"name":"a","constructor":{"prototype":{"x":1}}}'],
    ['a byte order mark', '\ufeff{"name":"a"}'],
    ['nothing', ''],
    ['NaN', '{"name":NaN}'],
    ['a comment', '{"name":"a"}//'],
    ['a second value', '{"name":"a"}{}'],
    ['a trailing comma', '{"name":"a",}'],
    ['single quotes', "{'name':'a'}"],
    ['an open string', '{"name":"a'],
    ['a NUL in a string', '{"name":"a\0"}'],
    ['a NUL behind the value', '{"name":"a"}\0'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it.each([
    ['colons and braces in strings', '{"name":"a:b{[\\"}]:\\\\","x:y":":"}'],
    ['a constructor without a prototype', '{"constructor":"Ford","name":"a"}'],
    ['the same name in two objects', '[{"a":1},{"a":1}]'],
  ])('takes %s', (_what, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('takes nesting up to its bound, and refuses one more level however far it goes', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseStrictJson(nested(JSON_MAX_DEPTH))).toHaveLength(1);
    for (const depth of [JSON_MAX_DEPTH + 1, 50_000]) {
      expect(() => parseStrictJson(nested(depth))).toThrow(/deeper/);
      expect(() => parseStrictJson('{"a":'.repeat(depth))).toThrow(/deeper/);
    }
  });
});

function outcome(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) return 'refused';
    throw error;
  }
}
