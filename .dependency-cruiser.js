/**
 * The rules of who may import whom. They hold for type-only imports too: a type that crosses a border ties the
 * two sides together just as a value does. test/architecture proves that each of them fails on a violation.
 *
 * What an import graph cannot see (decorators, process.exit, signal handlers) is in test/architecture/rules.
 */
const { existsSync, readdirSync } = require('node:fs');

const NODE_MODULES = '(^|/)node_modules/';

/** The resources, by their pages. A folder of that name, in any layer, is theirs. */
const pages = existsSync('src/bootstrap/modules') ? readdirSync('src/bootstrap/modules') : [];
const RESOURCES = pages.map((page) => page.replace(/[.]ts$/, '')).filter((name) => name !== 'index');
const OF_A_RESOURCE = `^src/(?:domain|application|adapters/[^/]+)/(${RESOURCES.join('|')})/`;

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
      name: 'http-server-knows-no-service',
      comment:
        'It is to serve anybody: no framework, no format of errors or logs, nothing of what the requests are about.',
      severity: 'error',
      from: { path: '^src/adapters/http-server/' },
      to: {
        path: ['^src/', NODE_MODULES],
        pathNot: [
          '^src/adapters/http-server/',
          '^src/(domain|application)/lifecycle/',
          `${NODE_MODULES}koffi/`,
        ],
      },
    },
    {
      name: 'a-resource-is-known-to-its-page-alone',
      comment: 'What else names a resource has to be edited for the next one.',
      severity: 'error',
      from: { path: '^src/', pathNot: [OF_A_RESOURCE, '^src/bootstrap/modules/'] },
      to: { path: OF_A_RESOURCE },
    },
    {
      name: 'resources-do-not-know-each-other',
      comment: 'Each can be taken out by deleting its folders and its page.',
      severity: 'error',
      from: { path: OF_A_RESOURCE },
      to: { path: OF_A_RESOURCE, pathNot: '^src/(?:domain|application|adapters/[^/]+)/$1/' },
    },
    {
      name: 'lifecycle-knows-no-intake',
      comment: 'Starting and stopping is the same whatever the service does.',
      severity: 'error',
      from: { path: '^src/(domain|application)/lifecycle/' },
      to: { path: '^src/(domain|application)/intake/' },
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
      name: 'drain-package-knows-no-service',
      comment: 'It is installed by people who have a service of their own: whatever it imports, they get.',
      severity: 'error',
      from: { path: '^src/bootstrap/drain/' },
      to: {
        path: ['^src/', NODE_MODULES],
        pathNot: [
          '^src/bootstrap/drain/',
          '^src/(domain|application)/lifecycle/',
          '^src/adapters/http-server/index[.]ts$',
          '^src/adapters/fastify/',
          '^src/adapters/process/termination-signals[.]ts$',
        ],
      },
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
      name: 'no-circles-of-folders',
      comment: 'A folder that needs one which needs it is half of a folder.',
      severity: 'error',
      scope: 'folder',
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
