import { oneShot } from '../../src/modes/one-shot';
import { howOften, runCauses } from '../../src/report/run-causes';
import { causeOf, modeResult } from './support/outcome';

test('a cause that several modes have is one, with what was seen in any of them', () => {
  const rare = causeOf({ id: 'rare', count: 4 });
  const often = causeOf({ evidence: ['a', 'b'] });
  const again = causeOf({ evidence: ['b', 'c'], fates: ['lost', 'phantom'], explanation: 'in other words' });
  const results = [modeResult({ causes: [rare, often] }), modeResult({ mode: oneShot, causes: [again] })];
  expect(runCauses(results)).toEqual([
    {
      ...again,
      explanation: often.explanation,
      count: 6,
      trials: 2,
      evidence: ['a', 'b', 'c'],
      modes: ['kept-alive', 'one-shot'],
    },
    { ...rare, modes: ['kept-alive'] },
  ]);
});

test('a cause is counted in what it is of', () => {
  expect([howOften(causeOf()), howOften(causeOf({ of: 'trials', count: 1 }))]).toEqual([
    '3 requests',
    '1 trial',
  ]);
});
