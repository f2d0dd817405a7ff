import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { REPOSITORY } from './support/source-tree-copy';

describe('an optional suite', () => {
  it('runs where its program is, and is skipped by name and reason where it is not', () => {
    const config = {
      rootDir: REPOSITORY,
      testMatch: ['<rootDir>/test/architecture/fixtures/optional-suites.ts'],
      transform: { '\\.ts$': ['@swc/jest'] },
    };
    const jest = path.join(REPOSITORY, 'node_modules/jest/bin/jest.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [jest, '--json', '--config', JSON.stringify(config)],
      { cwd: REPOSITORY, encoding: 'utf8', timeout: 60_000 },
    );

    expect(stderr).toContain('SKIPPED with a program that is missing: no-such-program is not installed\n');
    expect(stderr).not.toContain('SKIPPED with a program that is here');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ numPassedTests: 1, numPendingTests: 1, numFailedTests: 0 });
  }, 60_000);
});
