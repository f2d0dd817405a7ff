import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, wrap } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';

const CODE = 'lastcall.js';
const COMPILED = 'lastcall.v8';

/**
 * What the bundle in `folder` exports, or undefined where there is none.
 *
 * The service is some 600 modules, and finding, reading and compiling them takes longer than all the rest of a start.
 * So the build makes one file of them, and beside it V8's code for that file. V8 rejects code that another version of
 * it has made, or for other source text, and compiles as usual then. (Node has this built in from 22.8 on.)
 */
export function requireBundle(folder: string): unknown {
  const file = join(folder, CODE);
  if (!existsSync(file)) return undefined;
  return evaluate(compile(folder), file);
}

/**
 * Writes V8's code for the bundle in `folder`, with the functions that loading it has needed. The folder must be new: of
 * the source text V8 compares no more than the length.
 */
export function writeCompiledCode(folder: string): void {
  const script = compile(folder);
  evaluate(script, join(folder, CODE));
  writeFileSync(join(folder, COMPILED), script.createCachedData());
}

function compile(folder: string): Script {
  const filename = join(folder, CODE);
  const compiled = join(folder, COMPILED);
  const source = wrap(readFileSync(filename, 'utf8'));
  return new Script(
    source,
    existsSync(compiled) ? { filename, cachedData: readFileSync(compiled) } : { filename },
  );
}

/** As Node's own loader does it with a CommonJS module. */
function evaluate(script: Script, filename: string): unknown {
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
  return module.exports;
}

if (require.main === module) writeCompiledCode(resolve(process.argv[2] as string));
