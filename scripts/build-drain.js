// Builds the npm package lastcall-drain from src: into packages/drain, or into the folder that is given. Types are checked by
// `npm run typecheck`, not here.
const { execFileSync } = require('node:child_process');
const { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const esbuild = require('esbuild');
const { flattenDeclarations } = require('./flatten-declarations');

const ROOT = path.resolve(__dirname, '..');
const SOURCE = path.join(ROOT, 'src/bootstrap/drain');
const DOOR = './index';

/** Names stay, so that a stack can be read; a map would be larger than the package. */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  format: 'cjs',
  logLevel: 'warning',
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  target: 'node20',
};

/** Which server is drainable is known to one instance: a second one in the register's bundle would not know of the first's. */
const sharesTheDoor = {
  name: 'shares-the-door',
  setup({ onResolve }) {
    onResolve({ filter: /^[.]/ }, ({ path: imported }) => {
      if (imported === DOOR) return { path: `${DOOR}.js`, external: true };
      return { errors: [{ text: `register may import the door alone: ${imported} would be there twice` }] };
    });
  },
};

async function bundle(dist) {
  const entry = (name) => ({
    entryPoints: [path.join(SOURCE, `${name}.ts`)],
    outfile: path.join(dist, `${name}.js`),
  });
  await esbuild.build({ ...COMMON, ...entry('index'), external: ['koffi'] });
  await esbuild.build({ ...COMMON, ...entry('register'), plugins: [sharesTheDoor] });
}

/** The ESM entries hand on what the CommonJS ones have, so that there is one instance however it is loaded. */
function wrap(dist) {
  const names = Object.keys(require(path.join(dist, 'index.js'))).sort();
  const modules = `import drain from './index.js';\nexport const { ${names.join(', ')} } = drain;\n`;
  writeFileSync(path.join(dist, 'index.mjs'), modules);
  writeFileSync(path.join(dist, 'register.mjs'), `import './register.js';\n`);
}

function declare(dist, scratch) {
  const config = path.join(scratch, 'tsconfig.json');
  const compilerOptions = {
    declaration: true,
    emitDeclarationOnly: true,
    noEmit: false,
    outDir: scratch,
    rootDir: path.join(ROOT, 'src'),
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
    types: ['node'],
  };
  const files = [path.join(SOURCE, 'index.ts')];
  const project = { extends: path.join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] };
  writeFileSync(config, JSON.stringify(project));
  execFileSync(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], {
    stdio: 'inherit',
  });
  const door = path.join(scratch, 'bootstrap/drain/index.d.ts');
  writeFileSync(path.join(dist, 'index.d.ts'), flattenDeclarations(door));
  writeFileSync(path.join(dist, 'index.d.mts'), `export * from './index.js';\n`);
  for (const kind of ['ts', 'mts']) writeFileSync(path.join(dist, `register.d.${kind}`), 'export {};\n');
}

/** Builds the package's `dist` and its licence into `folder`, which has the rest of it. */
async function buildDrain(folder) {
  const dist = path.join(folder, 'dist');
  const scratch = mkdtempSync(path.join(tmpdir(), 'lastcall-drain-'));
  try {
    rmSync(dist, { recursive: true, force: true });
    mkdirSync(dist);
    await bundle(dist);
    wrap(dist);
    declare(dist, scratch);
    copyFileSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

buildDrain(path.resolve(process.argv[2] ?? path.join(ROOT, 'packages/drain')));
