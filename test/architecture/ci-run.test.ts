import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { REPOSITORY } from './support/source-tree-copy';

/** Stands in for `npm test`: writes jest's report, and ends with the given exit code. */
const JEST = `
fake_jest='
  const [report, code, ...flags] = process.argv.slice(1);
  const file = flags.find((flag) => flag.startsWith("--outputFile=")).split("=")[1];
  if (report) require("node:fs").writeFileSync(file, report);
  process.exitCode = Number(code);'
jest() { check_tests tests 10s node -e "$fake_jest" -- "$@"; }
`;

const report = (passed: number, failed: number, broken = 0): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken });

const SKIPPED = 'twins (skipped: needs Node 22.12, and this is 20.20.2) lose nothing';

/** A report of one passed test more, and of one that was passed or skipped. */
const reportOf = (fullName: string, status: 'passed' | 'pending'): string =>
  JSON.stringify({
    ...JSON.parse(report(status === 'passed' ? 2 : 1, 0)),
    testResults: [
      {
        assertionResults: [
          { fullName: 'always', status: 'passed' },
          { fullName, status },
        ],
      },
    ],
  });

describe('the CI run', () => {
  let scratch: string;

  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'lastcall-ci-run-'));
    mkdirSync(path.join(scratch, 'reports'));
  });

  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  function steps(script: string): { lastLine: string; exitCode: number | null; output: string } {
    const { stdout, stderr, status } = spawnSync(
      'bash',
      ['-uc', `. .ci/lib.sh\n${JEST}\n${script}\nsummary`],
      { cwd: REPOSITORY, encoding: 'utf8', env: { ...process.env, scratch }, timeout: 30_000 },
    );
    return { lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', exitCode: status, output: stdout + stderr };
  }

  it('counts every test, and every other step as one', () => {
    expect(steps(`check one 5s true\njest '${report(7, 0)}' 0\njest '${report(2, 0)}' 0`)).toMatchObject({
      lastLine: '10 passed, 0 failed',
      exitCode: 0,
    });
  });

  it('goes on after a failed step, and fails in the end', () => {
    expect(steps(`check one 5s false\ncheck two 5s true\njest '${report(3, 2, 1)}' 1`)).toMatchObject({
      lastLine: '4 passed, 4 failed',
      exitCode: 1,
    });
  });

  it('fails a step that takes too long', () => {
    const { lastLine, exitCode, output } = steps('check stuck 0.2s sleep 20\ncheck two 5s true');
    expect([lastLine, exitCode]).toEqual(['1 passed, 1 failed', 1]);
    expect(output).toContain('stuck: FAILED, cut off after 0.2s');
  });

  it('fails for a test that was skipped in every run, by name and reason', () => {
    const skipped = reportOf(SKIPPED, 'pending');
    const { lastLine, exitCode, output } = steps(`jest '${skipped}' 0\njest '${skipped}' 0`);
    expect([lastLine, exitCode]).toEqual(['2 passed, 1 failed', 1]);
    expect(output).toContain('FAULT skipped in every run: twins (skipped: needs Node 22.12, and this is');
  });

  it('lets a run skip what another one passes', () => {
    const skipped = reportOf(SKIPPED, 'pending');
    const passed = reportOf('twins lose nothing', 'passed');
    expect(steps(`jest '${skipped}' 0\njest '${passed}' 0`)).toMatchObject({
      lastLine: '3 passed, 0 failed',
      exitCode: 0,
    });
  });

  it.each([
    ['no test ran', `jest '${report(0, 0)}' 0`, 0],
    ['the tests ended without a report', `jest '' 1`, 0],
    ['all tests passed, but jest did not', `jest '${report(4, 0)}' 1`, 4],
  ])('fails when %s', (_, script, passed) => {
    expect(steps(script)).toMatchObject({ lastLine: `${passed} passed, 1 failed`, exitCode: 1 });
  });

  it('fails when there was no step at all', () => {
    expect(steps('')).toMatchObject({ lastLine: '0 passed, 0 failed', exitCode: 1 });
  });
});
