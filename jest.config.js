/** One jest project a test level, so that each can be run alone: `npx jest --selectProjects unit`. */
const level = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: 'node',
  // Jest looks at every file below its roots before it begins: not at all that the packages bring.
  roots: [`<rootDir>/test/${name}`],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': ['@swc/jest'] },
  ...extra,
});

/** Levels that need a real database share one throw-away server. */
const onPostgres = {
  globalSetup: '<rootDir>/test/support/postgres-setup.ts',
  globalTeardown: '<rootDir>/test/support/postgres-teardown.ts',
};

module.exports = {
  testTimeout: 60_000,
  // Most tests start processes of their own: more workers would only wait for each other.
  maxWorkers: 2,
  projects: [
    level('unit'),
    level('architecture'),
    level('integration', onPostgres),
    level('process', onPostgres),
    level('hostile', onPostgres),
    level('faults', onPostgres),
    level('observability', onPostgres),
    level('deploy'),
    level('package'),
    level('drill', { ...onPostgres, roots: ['<rootDir>/packages/drill/test'] }),
    level('rolling', onPostgres),
    level('bench'),
  ],
};
