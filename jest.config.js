/** One jest project a test level, so that `npm run test:unit` stays in milliseconds. */
const level = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform: { '\\.ts$': ['@swc/jest'] },
  setupFiles: ['reflect-metadata'],
  ...extra,
});

module.exports = {
  projects: [
    level('unit'),
    level('integration', { globalSetup: '<rootDir>/test/support/postgres-setup.ts', globalTeardown: '<rootDir>/test/support/postgres-teardown.ts' }),
    level('process', { globalSetup: '<rootDir>/test/support/postgres-setup.ts', globalTeardown: '<rootDir>/test/support/postgres-teardown.ts' }),
  ],
};
