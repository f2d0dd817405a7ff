// One file of declarations from the many that tsc emits: what the door exports, what that refers to, and nothing else.
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { parseSync } = require('@swc/core');

/**
 * Returns the text of a module of declarations that exports what `door` exports. What it only refers to is declared in it too,
 * and not exported.
 *
 * @throws Error for what it does not understand: a rename within the sources, two things of one name
 */
function flattenDeclarations(door) {
  const modules = new Map();
  const load = (file) => {
    if (!modules.has(file)) modules.set(file, readModule(file));
    return modules.get(file);
  };
  /** Follows a name to its declaration, or to the package that it comes from; undefined for a global or a parameter. */
  const find = (file, name) => {
    const { declared, imported } = load(file);
    if (declared.has(name)) return { place: file, ...declared.get(name) };
    const { from, original } = imported.get(name) ?? {};
    if (from === undefined) return undefined;
    if (!from.startsWith('.')) return { place: from, original, refersTo: [] };
    if (original !== name) throw new Error(`${file}: ${original} is renamed to ${name}`);
    return find(resolve(file, from), name);
  };

  const exported = load(door).exported;
  const queue = exported.map((name) => [door, name]);
  const found = new Map();
  for (const [file, name] of queue) {
    const it = find(file, name);
    if (it === undefined) continue;
    const before = found.get(name);
    if (before && before.place !== it.place)
      throw new Error(`two are called ${name}: in ${before.place} and in ${it.place}`);
    if (before) continue;
    found.set(name, it);
    for (const other of it.refersTo) queue.push([it.place, other]);
  }
  return textOf(found, exported);
}

function textOf(found, exported) {
  const imports = [];
  const declarations = [];
  for (const [name, { comment, original, place, text }] of found) {
    if (text === undefined) {
      imports.push(`import type { ${original === name ? '' : `${original} as `}${name} } from '${place}';`);
    } else {
      declarations.push(`${comment}${exported.includes(name) ? 'export ' : ''}${text}`);
    }
  }
  // Without the last line everything in a module of declarations would be exported.
  return [imports.sort().join('\n'), ...declarations, 'export {};\n'].join('\n\n');
}

/** What a file of declarations declares, imports and exports, by name. */
function readModule(file) {
  const source = readFileSync(file);
  const { body } = parseSync(source.toString(), { syntax: 'typescript', dts: true });
  const module = { declared: new Map(), imported: new Map(), exported: [] };
  let end = 0;
  for (const item of body) {
    // They count bytes, and from 1.
    const [from, to] = [item.span.start - 1, item.span.end - 1];
    const comment =
      /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(source.subarray(end, from).toString())?.[0] ?? '';
    end = to;
    if (item.type === 'ImportDeclaration' || item.type === 'ExportNamedDeclaration') {
      readNames(item, module);
      continue;
    }
    const declaration = item.type === 'ExportDeclaration' ? item.declaration : item;
    const id = declaration.id ?? declaration.identifier ?? declaration.declarations?.[0].id;
    if (!id) throw new Error(`${file}: what is a ${item.type}?`);
    const text = source
      .subarray(from, to)
      .toString()
      .replace(/^export /, '');
    module.declared.set(id.value, { comment, text, refersTo: [...namesIn(declaration)] });
    if (declaration !== item) module.exported.push(id.value);
  }
  return module;
}

function readNames({ type, specifiers, source }, { imported, exported }) {
  for (const { local, imported: original, orig, exported: renamed } of specifiers) {
    const name = (local ?? renamed ?? orig).value;
    if (type === 'ExportNamedDeclaration') exported.push(name);
    if (source) imported.set(name, { from: source.value, original: (original ?? orig ?? local).value });
  }
}

/** Every name in a declaration but those of properties. */
function* namesIn(node) {
  if (node?.type === 'Identifier') yield node.value;
  if (node === null || typeof node !== 'object') return;
  for (const [property, child] of Object.entries(node)) if (property !== 'key') yield* namesIn(child);
}

function resolve(file, imported) {
  const base = path.resolve(path.dirname(file), imported);
  const there = [`${base}.d.ts`, path.join(base, 'index.d.ts')].find((name) => existsSync(name));
  if (there === undefined) throw new Error(`${file}: ${imported} leads nowhere`);
  return there;
}

module.exports = { flattenDeclarations };
