import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './support/source-tree-copy';

/** Where servers are in plain JavaScript, which no type-check looks at. */
const FOLDERS = ['examples', 'packages/drill/test/fixtures', 'test/peers', 'test/peers/servers'];

const RELATIVE = /(?:require(?:\.resolve)?\(|import\.meta\.url\)\(|from )'(\.[^']+)'/g;

it.each(FOLDERS)('every file that a server in %s asks for by its place is there', (folder) => {
  const at = path.join(REPOSITORY, folder);
  const scripts = readdirSync(at).filter((name) => /\.[cm]?js$/.test(name));
  const missing = scripts.flatMap((script) => {
    const asked = [...readFileSync(path.join(at, script), 'utf8').matchAll(RELATIVE)];
    return asked.flatMap(([, name = '']) => (isThere(path.join(at, name)) ? [] : [`${script}: ${name}`]));
  });
  expect([scripts.length > 0, missing]).toEqual([true, []]);
});

function isThere(file: string): boolean {
  try {
    require.resolve(file);
    return true;
  } catch {
    return false;
  }
}
