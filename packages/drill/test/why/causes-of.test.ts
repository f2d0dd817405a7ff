import fc from 'fast-check';
import { FAULTS } from '../../src/accounting/fate';
import { isGoodEnd } from '../../src/run/end-of-server';
import { EVIDENCE_LINES } from '../../src/why/cause';
import { causesOf } from '../../src/why/causes-of';
import { REQUEST_RULES, ruleOf } from '../../src/why/rules/request-rules';
import { EFFECT_RULES, END_RULES } from '../../src/why/rules/trial-rules';
import { TrialView } from '../../src/why/trial-view';
import { anyTrial } from './any-trial';
import { aTrial, broken, span } from './observed';
import { REQUEST_CASES } from './request-cases';
import { TRIAL_CASES } from './trial-cases';

test.each(REQUEST_CASES)('$what', ({ facts, causes, evidence }) => {
  const ofRequests = causesOf(facts).filter((cause) => cause.of === 'requests');
  expect(Object.fromEntries(ofRequests.map(({ id, count }) => [id, count]))).toEqual(causes);
  if (evidence !== undefined) expect(ofRequests[0]?.evidence).toContain(evidence);
});

test.each(TRIAL_CASES)('$what', ({ facts, causes, evidence }) => {
  const ofTrial = causesOf(facts).filter((cause) => cause.of !== 'requests');
  expect(Object.fromEntries(ofTrial.map(({ id, count }) => [id, count]))).toEqual(causes);
  if (evidence !== undefined) expect(ofTrial[0]?.evidence).toContain(evidence);
});

test('each rule has a case of its own', () => {
  const tried = [...REQUEST_CASES, ...TRIAL_CASES].flatMap(({ causes }) => Object.keys(causes));
  const rules = [...REQUEST_RULES, ...END_RULES, ...EFFECT_RULES].map(({ id }) => id);
  expect(new Set(rules).size).toBe(rules.length);
  expect([...new Set(tried)].sort()).toEqual(rules.sort());
});

test('each rule has words, and an id that can stand in a link', () => {
  for (const { id, title, explanation, advice, when } of [...REQUEST_RULES, ...END_RULES, ...EFFECT_RULES]) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(title).toMatch(/^[^\n]{5,100}$/);
    for (const text of [explanation, advice]) expect(text).toMatch(/^[A-Z].*\.$/);
    expect(when.length).toBeGreaterThan(5);
  }
});

test('says of requests that were carried out without an answer that a retry doubles them', () => {
  const connections = [span({ endedAt: 1040 })];
  const [cause] = causesOf(aTrial({ requests: [broken('FIN', 1040, {}, 1)], connections, exitAt: 1100 }));
  expect(cause?.fates).toEqual(['phantom']);
  expect(cause?.explanation).toContain('doubles its effect');
});

test('says where it is not known whether requests were carried out', () => {
  const request = { ...broken('FIN', 1040), fate: 'unknown' as const };
  const connections = [span({ endedAt: 1040 })];
  const [cause] = causesOf(aTrial({ requests: [request], connections, exitAt: 1100 }));
  expect(cause?.explanation).toContain('not known');
});

test('every fault belongs to exactly one cause, and the counts add up', () => {
  fc.assert(
    fc.property(anyTrial, (facts) => {
      const causes = causesOf(facts);
      const faulty = facts.requests.filter(({ fate }) => FAULTS.includes(fate));
      const counted = new Map<string, number>();
      const trial = new TrialView(facts);
      for (const fault of trial.faults) {
        const { id } = ruleOf(fault, trial);
        counted.set(id, (counted.get(id) ?? 0) + 1);
      }
      const ofRequests = causes.filter(({ of }) => of === 'requests');
      expect(new Map(ofRequests.map(({ id, count }) => [id, count]))).toEqual(counted);
      expect(total(ofRequests)).toBe(faulty.length);
      expect(new Set(ofRequests.flatMap(({ fates }) => fates))).toEqual(
        new Set(faulty.map(({ fate }) => fate)),
      );
      expect(total(causes.filter(({ of }) => of === 'effects'))).toBe(facts.unexplained.length);
      expect(total(causes.filter(({ of }) => of === 'trials'))).toBeLessThanOrEqual(1);
    }),
  );
});

test('a bad end of the process always has one cause, and evidence is never missing nor long', () => {
  fc.assert(
    fc.property(anyTrial, (facts) => {
      const causes = causesOf(facts);
      const { killed, exitCode: code, exitSignal: signal, exitAt: at, signalledAt, expectedExits } = facts;
      if (!isGoodEnd({ killed, code, signal, at }, signalledAt, expectedExits))
        expect(causes.filter(({ of }) => of === 'trials')).toHaveLength(1);
      for (const { evidence } of causes) {
        expect(evidence.length).toBeGreaterThan(0);
        expect(evidence.length).toBeLessThanOrEqual(EVIDENCE_LINES);
      }
    }),
  );
});

function total(causes: readonly { readonly count: number }[]): number {
  return causes.reduce((sum, { count }) => sum + count, 0);
}
