// Builds the npm package lastcall-drill: into packages/drill, or into the folder that is given. Types are checked by `npm run
// typecheck`, not here.
const { chmodSync, copyFileSync, mkdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');

const ROOT = path.resolve(__dirname, '..');
const SOURCE = path.join(ROOT, 'packages/drill');

/** One file, so that it starts quickly; what it depends on, npm brings. */
function buildDrill(folder) {
  const dist = path.join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const outfile = path.join(dist, 'main.js');
  esbuild.buildSync({
    entryPoints: [path.join(SOURCE, 'src/main.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    external: ['../package.json'],
    charset: 'utf8',
    format: 'cjs',
    logLevel: 'warning',
    platform: 'node',
    target: 'node20',
  });
  chmodSync(outfile, 0o755);
  copyFileSync(path.join(SOURCE, 'src/scenario/bare-server.js'), path.join(dist, 'bare-server.js'));
  copyFileSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));
}

buildDrill(path.resolve(process.argv[2] ?? SOURCE));
