import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { JSON_SCHEMAS } from '../../scripts/json-schemas';
import { oneShot } from '../../src/modes/one-shot';
import { jsonReport } from '../../src/report/json';
import { lossyResult, modeResult, outcomeOf, trialWithLog } from './support/outcome';

const ROOT = path.resolve(__dirname, '../../../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

function validator(name: string) {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  addFormats(ajv);
  return ajv.compile(JSON.parse(read(`packages/drill/schema/${name}.schema.json`)));
}

test.each(Object.entries(JSON_SCHEMAS))('%s is what `npm run docs` writes there', (file, text) => {
  expect(read(file)).toBe(text());
});

describe('the schema of the report', () => {
  const isValid = validator('report');
  const leftOut = [{ mode: oneShot, lacks: 'a thing' }];
  const outcome = outcomeOf([lossyResult({}, { shown: trialWithLog('bye') }), modeResult()], { leftOut });
  const report = () => JSON.parse(jsonReport(outcome));

  test('describes what is written', () => {
    isValid(report());
    expect(isValid.errors).toBeNull();
    expect(isValid({ $schema: 'report.schema.json', ...report() })).toBe(true);
    expect(report()).toMatchObject({ schema: 1, faultless: false, leftOut: [{ lacks: 'a thing' }] });
  });

  test('times are since the signal', () => {
    expect(report().modes[0].shown).toMatchObject({
      end: { at: 30 },
      marks: [{ at: 0, label: 'signal' }],
      log: [{ at: 10, text: 'bye' }],
    });
  });

  test.each<[string, (wrong: ReturnType<typeof report>) => void]>([
    ['another version', (wrong) => (wrong.schema = 2)],
    ['a member too many', (wrong) => (wrong.more = 1)],
    ['a member too many further in', (wrong) => (wrong.modes[0].shown.end.more = 1)],
    ['a member too few', (wrong) => delete wrong.modes[0].counts.lost],
    ['a count that is none', (wrong) => (wrong.modes[0].trials = -1)],
    ['a fate that is none', (wrong) => (wrong.modes[0].causes[0].fates = ['gone'])],
  ])('refuses %s', (_what, change) => {
    const wrong = report();
    change(wrong);
    expect(isValid(wrong)).toBe(false);
  });
});

describe('the schema of the scenario', () => {
  const isValid = validator('scenario');

  test("takes the service's own", () => {
    isValid(parse(read('drill.yaml')));
    expect(isValid.errors).toBeNull();
  });

  test.each([
    ['a name that is none', { comand: 'node server.js' }],
    ['a time that is none', { grace: 'soon' }],
    ['a request without a line', { requests: [{ body: 'x' }] }],
  ])('refuses %s', (_what, wrong) => {
    expect(isValid(wrong)).toBe(false);
  });
});
