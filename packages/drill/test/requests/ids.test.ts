import fc from 'fast-check';
import { Ids } from '../../src/requests/ids';

const origin = fc.record({ lane: fc.nat(200), trial: fc.nat(500_000) });
const number = fc.integer({ min: 1, max: 1_000_000 });
const around = fc.constantFrom(
  ['', ''],
  ['{"id":"', '"}'],
  ['2026-11-27 order ', ' stored'],
  ['/orders/', '?x=1'],
);

test.each(['text', 'uuid'] as const)(
  'a %s id is found again in any text, with where it comes from',
  (style) => {
    const ids = new Ids(style);
    fc.assert(
      fc.property(origin, number, around, (from, at, [before, after]) => {
        const id = ids.make(from, at);
        expect(ids.find(`${before}${id}${after}`)).toEqual({ id, origin: from });
        expect(ids.find(`${before}${id.toUpperCase()}${after}`)).toEqual({ id, origin: from });
        expect(id.startsWith(ids.prefix(from))).toBe(true);
      }),
    );
  },
);

test('an id of one run is none of another, and no two are alike', () => {
  const [one, other] = [new Ids(), new Ids()];
  expect(other.find(one.make({ lane: 0, trial: 1 }, 1))).toBeNull();
  const seen = new Set<string>();
  for (const style of ['text', 'uuid'] as const) {
    const ids = new Ids(style);
    for (let trial = 1; trial <= 30; trial += 1)
      for (let at = 1; at <= 30; at += 1) seen.add(ids.make({ lane: trial % 2, trial }, at));
  }
  expect(seen.size).toBe(1800);
});

test.each(['text', 'uuid'] as const)('no %s id is a part of another', (style) => {
  const ids = new Ids(style);
  const made = [1, 2, 11, 12, 21, 111].map((at) => ids.make({ lane: 0, trial: 1 }, at));
  for (const id of made) expect(made.filter((other) => other.includes(id))).toEqual([id]);
});

test('a uuid is one: version 8, and its variant', () => {
  const id = new Ids('uuid').make({ lane: 3, trial: 70_000 }, 12);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
});
