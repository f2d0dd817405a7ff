import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module, wrap } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Script } from 'node:vm';

const CODE = 'lastcall.js';
const COMPILED = 'lastcall.v8';
const COMPILED_AS = 'lastcall.v8.name';

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
  showSources(file);
  const compiledAs = join(folder, COMPILED_AS);
  if (existsSync(compiledAs)) showSources(readFileSync(compiledAs, 'utf8'), file);
  return evaluate(compile(folder), file);
}

/**
 * Whether something was loaded before us that may want to see each module as it is loaded: the automatic instrumentation of
 * OpenTelemetry and its like. A bundle would hide pg and Koa from it.
 */
export function isInstrumented(execArgv: readonly string[], nodeOptions = ''): boolean {
  const words = [...execArgv, ...nodeOptions.split(/\s+/)];
  return words.some((word) => /^(-r|--require|--import|--loader|--experimental-loader)(=|$)/.test(word));
}

/**
 * Stacks then name the lines of src. Node looks for a source map only in what its own loader compiles, so that is handed the
 * comment which names the map, under the `name` that stacks have for `file`: where the build lay when it was compiled.
 */
function showSources(name: string, file = name): void {
  process.setSourceMapsEnabled(true);
  // Not documented: where a loader has none, stacks name the lines of the bundle.
  const holder = new Module(name) as Module & { _compile?(code: string, filename: string): void };
  holder.filename = name;
  // Node takes a relative one only.
  const map = relative(dirname(name), `${file}.map`).replaceAll(sep, '/');
  holder._compile?.(`//# sourceMappingURL=${encodeURI(map)}`, name);
  holders.push(holder);
}

/** Node forgets the map of a module that is gone. */
const holders: Module[] = [];

/**
 * Writes V8's code for the bundle in `folder`, with the functions that loading it has needed. The folder must be new: of
 * the source text V8 compares no more than the length. It keeps the file's name, so `destination` is where it will lie.
 */
export function writeCompiledCode(folder: string, destination = folder): void {
  const script = compile(folder, destination);
  evaluate(script, join(folder, CODE));
  writeFileSync(join(folder, COMPILED), script.createCachedData());
  writeFileSync(join(folder, COMPILED_AS), join(destination, CODE));
}

function compile(folder: string, destination = folder): Script {
  const filename = join(destination, CODE);
  const compiled = join(folder, COMPILED);
  const source = wrap(readFileSync(join(folder, CODE), 'utf8'));
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

if (require.main === module) {
  const [folder, destination] = process.argv.slice(2).map((argument) => resolve(argument));
  writeCompiledCode(folder as string, destination);
}
