import { readFileSync } from 'node:fs';
import path from 'node:path';

const DEPLOY = path.resolve(__dirname, '../../deploy');

/**
 * A configuration file from `deploy/`, as it is shipped, with only what a test must choose put in its place: addresses,
 * ports, paths. Throws when something to replace is not there, so that a test never runs on less than it thinks.
 */
export function shippedConfig(
  file: string,
  replacements: readonly (readonly [found: string | RegExp, by: string])[],
): string {
  let text = readFileSync(path.join(DEPLOY, file), 'utf8');
  for (const [found, by] of replacements) {
    const replaced = text.replaceAll(found, by);
    if (replaced === text) throw new Error(`deploy/${file} has no ${found}`);
    text = replaced;
  }
  return text;
}
