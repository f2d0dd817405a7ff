import { byCount, type Cause, EVIDENCE_LINES } from './cause';
import type { TrialFacts } from './facts';
import type { Fault } from './fault';
import { inWords } from './in-words';
import { withNotes } from './notes';
import { REQUEST_RULES, ruleOf } from './rules/request-rules';
import type { Finding, RequestRule, TrialRule } from './rules/rule';
import { EFFECT_RULES, END_RULES } from './rules/trial-rules';
import { TrialView } from './trial-view';

/**
 * Why each fault of a trial happened, the most frequent cause first. Every request with one of the `FAULTS` fates is in
 * exactly one cause of `requests`; a wrong end of the process is one cause of `trials`; effects that no request explains
 * are in those of `effects`. A trial without a fault has none.
 *
 * It claims only what was seen from outside: two causes that look the same on the wire have one name.
 */
export function causesOf(facts: TrialFacts): Cause[] {
  const trial = new TrialView(facts);
  const byRule = new Map<RequestRule, Fault[]>(REQUEST_RULES.map((rule) => [rule, []]));
  for (const fault of trial.faults) byRule.get(ruleOf(fault, trial))?.push(fault);
  const causes: Cause[] = [];
  for (const [rule, faults] of byRule) if (faults.length > 0) causes.push(ofRequests(rule, faults, trial));
  const ends = END_RULES.flatMap((rule) => ofTrial(rule, rule.find(trial)));
  causes.push(...ends.slice(0, 1), ...EFFECT_RULES.flatMap((rule) => ofTrial(rule, rule.find(trial))));
  return causes.sort(byCount);
}

function ofRequests(rule: RequestRule, faults: readonly Fault[], trial: TrialView): Cause {
  const fates = [...new Set(faults.map(({ request }) => request.fate))];
  const evidence = variedFirst(faults)
    .slice(0, EVIDENCE_LINES)
    .map((fault) => {
      const beside = (rule.beside ?? []).map((tell) => tell(fault, trial)).filter((text) => text !== null);
      return [inWords(fault, trial), ...beside].join('; ');
    });
  const { id, title, advice } = rule;
  const explanation = withNotes(rule.explanation, faults);
  return { id, title, explanation, advice, of: 'requests', count: faults.length, trials: 1, fates, evidence };
}

/** Another connection says more than another request on the same one, and a phantom more than its like. */
function variedFirst(faults: readonly Fault[]): Fault[] {
  const seen = new Set<unknown>();
  const [first, rest]: [Fault[], Fault[]] = [[], []];
  for (const fault of faults) {
    const { connection, client } = fault.request.seen;
    const key = `${connection ?? `client ${client}`} ${fault.request.fate}`;
    (seen.has(key) ? rest : first).push(fault);
    seen.add(key);
  }
  return [...first, ...rest];
}

function ofTrial(rule: TrialRule, finding: Finding | null): Cause[] {
  if (finding === null) return [];
  const { id, title, explanation, advice, of } = rule;
  const evidence = finding.evidence.slice(0, EVIDENCE_LINES);
  return [{ id, title, explanation, advice, of, count: finding.count, trials: 1, fates: [], evidence }];
}
