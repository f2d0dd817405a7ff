import { FATES } from '../accounting/fate';
import type { ModeResult } from '../run/mode-result';
import { faultsInWords } from './fault-words';
import { logAfterSignal } from './log-words';
import type { Outcome, Setting } from './outcome';
import { inWords } from './request-words';
import { runCauses } from './run-causes';
import { isFaultless } from './verdict';
import { whyText } from './why-text';
import { element, textElement } from './xml';

const CLASS = 'lastcall-drill';
const LISTED_FAULTS = 20;
const EVIDENCE_LINES = 20;

/**
 * The result as JUnit XML, a suite with one test case for each mode: only suites may have properties wherever it is
 * read. GitLab does not show messages of failures, so the text says it all once more.
 */
export function junitReport({ setting, results, leftOut }: Outcome): string {
  const suites = [
    ...results.map((result) => suiteOf(result, setting)),
    ...leftOut.map(({ mode, lacks }) => {
      const skipped = element('skipped', { message: `left out: it wants ${lacks}` });
      return element('testsuite', { name: mode.name, tests: 1, failures: 0, errors: 0, skipped: 1 }, [
        element('testcase', { classname: CLASS, name: `${mode.name}: ${mode.title}`, time: seconds(0) }, [
          skipped,
        ]),
      ]);
    }),
  ];
  const sums = {
    name: CLASS,
    tests: suites.length,
    failures: results.filter((result) => !isFaultless([result])).length,
    errors: 0,
    time: seconds(setting.tookMs),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', sums, suites)}\n`;
}

function suiteOf(result: ModeResult, setting: Setting): string {
  const { mode } = result;
  const time = seconds(result.tookMs);
  const isGood = isFaultless([result]);
  const sums = { tests: 1, failures: isGood ? 0 : 1, errors: 0, skipped: 0 };
  const properties = Object.entries(propertiesOf(result, setting)).map(([name, value]) =>
    element('property', { name, value }),
  );
  return element('testsuite', { name: mode.name, ...sums, time, timestamp: setting.startedAt.slice(0, 19) }, [
    element('properties', {}, properties),
    element(
      'testcase',
      { classname: CLASS, name: `${mode.name}: ${mode.title}`, time },
      isGood ? [] : failureOf(result),
    ),
  ]);
}

function propertiesOf(result: ModeResult, setting: Setting): Record<string, string | number> {
  return {
    version: setting.version,
    command: setting.command,
    seed: setting.seed,
    clients: result.clients,
    trials: result.trials,
    trialsWithFault: result.trialsWithFault,
    requests: result.requests,
    ...Object.fromEntries(FATES.map((fate) => [fate, result.counts[fate]])),
    unexplained: result.unexplained,
    badExits: result.badExits,
    ...(result.exitMs !== null && {
      exitMsMedian: result.exitMs.median.toFixed(1),
      exitMsP95: result.exitMs.p95.toFixed(1),
    }),
  };
}

function failureOf(result: ModeResult): string[] {
  const { shown, causes, trials, trialsWithFault } = result;
  const faults = faultsInWords(result);
  const reasons = causes.length > 0 ? causes.map(({ title }) => title) : faults;
  const bad = `${trialsWithFault} of ${trials} trials with a fault`;
  const message = `${bad}: ${reasons.join('; ')}`;
  const why = causes.length > 0 ? whyText(runCauses([result]), EVIDENCE_LINES) : listed(result);
  const text = [bad, faults.join('\n'), why].filter((part) => part !== '').join('\n\n');
  const log = shown === null ? [] : logAfterSignal(shown);
  return [
    textElement('failure', { type: causes[0]?.id ?? 'fault', message }, text),
    ...(log.length === 0
      ? []
      : [textElement('system-out', {}, `The server's output after the signal:\n${log.join('\n')}`)]),
  ];
}

function listed({ faults }: ModeResult): string {
  return faults
    .slice(0, LISTED_FAULTS)
    .map(({ trial, request, signalledAt }) => `trial ${trial}: ${inWords(request, signalledAt)}`)
    .join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
