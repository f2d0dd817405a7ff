import fc from 'fast-check';
import { Ledger } from '../../src/effects/ledger';
import { Ids } from '../../src/requests/ids';

const ids = new Ids('text', 'cafe0001');
const id = (trial: number, number: number, lane = 0) => ids.make({ lane, trial }, number);

function ledger({ reads = 'all', isShared = false, lane = 0, before = [] as string[] } = {}) {
  const made = new Ledger(ids, lane, { reads: reads as 'all' | 'new', isShared });
  made.begin(before);
  return made;
}

test('what was there before is nobody’s fault, what comes besides is', () => {
  const books = ledger({ before: ['old order', 'old order'] });
  expect(books.take(['old order', 'old order', id(1, 1)], 1)).toEqual({ own: [id(1, 1)], strangers: [] });
  const more = ['old order', 'old order', 'old order', 'new order', id(1, 1), id(2, 1), id(2, 1)];
  expect(books.take(more, 2)).toEqual({
    own: [id(2, 1), id(2, 1)],
    strangers: ['old order', 'new order'],
  });
});

test('an effect that comes after its trial was accounted for is seen in the next one, once', () => {
  const books = ledger();
  books.take([id(1, 1)], 1);
  const { own, strangers } = books.take([id(1, 1), id(1, 2), id(2, 1)], 2);
  expect(own).toEqual([id(2, 1)]);
  expect(strangers).toEqual([expect.stringContaining('trial 1')]);
  expect(books.take([id(1, 1), id(1, 2), id(2, 1)], 3)).toEqual({ own: [], strangers: [] });
});

test('where everything was taken away, whatever turns up of an earlier trial is a stranger', () => {
  const books = ledger();
  books.take([id(1, 1)], 1);
  books.reset();
  expect(books.take([id(1, 1)], 2).strangers).toHaveLength(1);
});

test('a source that brings only what is new needs no memory', () => {
  const books = ledger({ reads: 'new' });
  expect(books.take([id(1, 1)], 1)).toEqual({ own: [id(1, 1)], strangers: [] });
  expect(books.take([id(2, 1)], 2)).toEqual({ own: [id(2, 1)], strangers: [] });
  expect(books.take([id(2, 2)], 3).strangers).toHaveLength(1);
});

test('of lanes that read the same, each has its own, and one looks after the rest', () => {
  const all = [id(1, 1, 0), id(2, 1, 1), 'stranger'];
  const [first, second] = [ledger({ isShared: true, lane: 0 }), ledger({ isShared: true, lane: 1 })];
  expect(first.take(all, 1)).toEqual({ own: [id(1, 1, 0)], strangers: ['stranger'] });
  expect(second.take(all, 2)).toEqual({ own: [id(2, 1, 1)], strangers: [] });
});

test('over any number of trials every effect is counted once, and the ledger does not grow with them', () => {
  const trial = fc.record({ own: fc.nat(4), late: fc.nat(2), strange: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(trial, { maxLength: 20 }), (trials) => {
      const books = ledger();
      const table: string[] = [];
      for (const [index, { own, late, strange }] of trials.entries()) {
        const number = index + 1;
        const made = Array.from({ length: own }, (_, at) => id(number, at + 1));
        const lateOnes = number === 1 ? [] : Array.from({ length: late }, () => id(1, 99));
        table.push(...made, ...lateOnes, ...Array.from({ length: strange }, () => 'x'));
        const found = books.take(table, number);
        expect(found.own).toEqual(made);
        expect(found.strangers).toHaveLength(lateOnes.length + strange);
      }
    }),
  );
});
