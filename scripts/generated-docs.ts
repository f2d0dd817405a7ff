import { REQUEST_RULES } from '../packages/drill/src/why/rules/request-rules';
import { EFFECT_RULES, END_RULES } from '../packages/drill/src/why/rules/trial-rules';
import type { ProblemCatalogue } from '../src/adapters/koa/edge/problem';
import { components } from '../src/bootstrap/components';
import { readConfig } from '../src/bootstrap/config';
import { TOKENS } from '../src/bootstrap/tokens';
import { describeVariables } from '../src/bootstrap/variables';
import { describeWiring } from '../src/bootstrap/wiring';
import { TIME_BUDGET } from '../src/domain/lifecycle/time-budget';
import { roomsOf } from './rooms';

/** What is written into the documents from the code, by `file#mark`. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'README.md#configuration': describeVariables,
  'README.md#errors': () => describeProblems(components(readConfig({})).get(TOKENS.problems)),
  'README.md#wiring': () => fenced(describeWiring(components(readConfig({})))),
  'packages/drill/README.md#causes': describeCauses,
  'docs/architecture.md#time-budget': describeTimeBudget,
  'docs/architecture.md#rooms': () => fenced(roomsOf('src')),
};

function describeProblems(catalogue: ProblemCatalogue): string {
  const rows = catalogue.list().map(({ status, code, when }) => `| ${status} | \`${code}\` | ${when} |`);
  return ['| status | code | when |', '| --- | --- | --- |', ...rows].join('\n');
}

function describeCauses(): string {
  const rules = [...REQUEST_RULES, ...END_RULES, ...EFFECT_RULES];
  const rows = rules.map(
    ({ id, title, when }) => `| \`${id}\` | ${title} | ${when.replaceAll('|', '\\|')} |`,
  );
  return ['| cause | | seen by |', '| --- | --- | --- |', ...rows].join('\n');
}

function describeTimeBudget(): string {
  const rows = Object.entries(TIME_BUDGET).map(([name, value]) => `| \`${name}\` | ${value} |`);
  return ['| constant | value |', '| --- | --- |', ...rows].join('\n');
}

function fenced(text: string): string {
  return ['```', text, '```'].join('\n');
}
