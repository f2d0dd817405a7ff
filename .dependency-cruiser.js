/**
 * The rules of who may import whom. They hold for type-only imports too: a type that crosses a border ties the
 * two sides together just as a value does. test/architecture proves that each of them fails on a violation.
 *
 * What an import graph cannot see (decorators, process.exit, signal handlers) is in test/architecture/rules.
 */
const NODE_MODULES = '(^|/)node_modules/';

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-nothing',
      comment: 'The rules of the business outlive every library and runtime, node: built-ins included.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' },
    },
    {
      name: 'application-imports-only-the-domain',
      comment:
        'A use case reaches the world through its ports; otherwise it cannot be tested without the world.',
      severity: 'error',
      from: { path: '^src/application/' },
      to: { pathNot: '^src/(application|domain)/' },
    },
    {
      name: 'adapters-do-not-know-each-other',
      comment:
        'An adapter can be replaced only while no other adapter leans on it; what two share is a port.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'http-server-by-its-door',
      comment: 'What is behind the door may change with the kernel and with Node; who leans on it breaks.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/http-server/' },
      to: { path: '^src/adapters/http-server/', pathNot: '^src/adapters/http-server/index[.]ts$' },
    },
    {
      name: 'only-bootstrap-knows-the-wiring',
      comment:
        'The composition root knows everybody, and nobody knows it; an adapter gets its values as arguments.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: { path: '^src/bootstrap/' },
    },
    {
      name: 'container-only-in-bootstrap',
      comment:
        'Whoever asks the container for something hides what it depends on; the constructor must say it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/bootstrap/' },
      to: { path: `${NODE_MODULES}(tsyringe|reflect-metadata)/` },
    },
    {
      name: 'no-import-cycles',
      comment:
        'Files in a cycle can only be understood together, and CommonJS hands out half-loaded modules.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'process-module-only-at-the-edge',
      comment:
        'Imported from node:process, exit and on would slip past the rules that look for process.exit.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(adapters/process|bootstrap)/' },
      to: { path: '^(node:)?process$', dependencyTypes: ['core'] },
    },
    {
      name: 'source-stands-alone',
      comment: 'What ships may import neither the tests nor a package that `npm ci --omit=dev` leaves out.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ['^test/', NODE_MODULES], dependencyTypesNot: ['npm', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'every-import-resolves',
      comment: 'An import that leads nowhere is invisible to every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API; swc parses the same syntax and keeps type-only imports.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: NODE_MODULES },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
