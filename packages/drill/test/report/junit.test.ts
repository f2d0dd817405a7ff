import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { oneShot } from '../../src/modes/one-shot';
import { junitReport } from '../../src/report/junit';
import { plain } from '../../src/report/plain-text';
import { lossyResult, modeResult, outcomeOf, trialWithLog } from './support/outcome';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** @throws where the XML is not well-formed */
function parse(xml: string): Element {
  const parser = new SaxesParser();
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return root;
}

const find = (element: Element, name: string): Element[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...find(child, name)]);

test('each mode is a test case: one that is right, one that failed and why, one that was left out', () => {
  const right = modeResult();
  const wrong = lossyResult({}, { mode: oneShot, shown: trialWithLog('bye') });
  const leftOut = [{ mode: { ...oneShot, name: 'health', title: 'asks' }, lacks: '--ready' }];
  const root = parse(junitReport(outcomeOf([right, wrong], { leftOut })));
  const [all] = root.children;
  expect(all?.attributes).toMatchObject({ tests: '3', failures: '1', errors: '0', time: '3.000' });
  const cases = find(root, 'testcase');
  expect(cases.map(({ attributes }) => attributes)).toEqual([
    { classname: 'lastcall-drill', name: `kept-alive: ${right.mode.title}`, time: '1.500' },
    { classname: 'lastcall-drill', name: `one-shot: ${oneShot.title}`, time: '1.500' },
    { classname: 'lastcall-drill', name: 'health: asks', time: '0.000' },
  ]);
  expect(cases.map(({ children }) => children.map(({ name }) => name))).toEqual([
    [],
    ['failure', 'system-out'],
    ['skipped'],
  ]);
  const [failure] = find(root, 'failure');
  expect(failure?.attributes).toEqual({
    type: 'cut-off',
    message: '1 of 2 trials with a fault: Answers are cut off',
  });
  for (const part of ['3 requests LOST', 'in flight', 'connection 4 was reset', 'Wait for them.'])
    expect(failure?.text).toContain(part);
  expect(find(root, 'system-out')[0]?.text).toContain('+10.0 ms  bye');
  const [suite] = find(root, 'testsuite').slice(1);
  const properties = find(suite ?? root, 'property').map(({ attributes: { name, value } }) => [name, value]);
  expect(Object.fromEntries(properties)).toMatchObject({ requests: '20', acknowledged: '17', lost: '3' });
});

test('where no cause is known, the faults themselves are told', () => {
  const result = { ...lossyResult({}, { causes: [], badExits: 1, shown: trialWithLog('') }) };
  const [failure] = find(parse(junitReport(outcomeOf([result]))), 'failure');
  expect(failure?.attributes.message).toContain('3 requests LOST');
  expect(failure?.text).toContain('1 exit of 2 wrong or late: exit code 1');
});

const NASTY = [
  ']]></failure>',
  '<!--',
  '&amp;',
  '<?xml?>',
  '"\'',
  '\u0000',
  '\u001b[31m',
  '\r\n',
  '\t',
  '\ud800',
  '\ufffe',
  '\uffff',
  '\u0085',
  '\u2028',
  '\u{1f600}',
];

test('whatever the server writes, it is well-formed, and nothing that XML can hold is lost', () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary' })), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, (log, title) => {
      const result = lossyResult({ title, evidence: [log] }, { shown: trialWithLog(log) });
      const setting = { ...outcomeOf([]).setting, command: title };
      const root = parse(junitReport(outcomeOf([result], { setting })));
      expect(find(root, 'failure')[0]?.attributes.message).toBe(
        `1 of 2 trials with a fault: ${plain(title)}`,
      );
      expect(find(root, 'system-out')[0]?.text.endsWith(`+10.0 ms  ${plain(log)}`)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
