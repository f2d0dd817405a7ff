import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { PROJECT } from '../../support/service-process';

/** Where the frameworks of the examples are installed, if they are. */
export const EXAMPLES = path.join(PROJECT, 'examples/node_modules');

/** A block of JavaScript or TypeScript in a page. */
export interface CodeBlock {
  /** That of its first line, or else its place. */
  readonly name: string;
  readonly code: string;
  /** Its file's, which says what kind of module it is. */
  readonly extension: '.cjs' | '.mjs' | '.mts';
  /** The packages that it imports, but for ours. */
  readonly packages: readonly string[];
  /** How it is started; undefined where it is only to be read. */
  readonly run?: { readonly nodeOptions: readonly string[]; readonly path: string };
}

/**
 * The blocks marked `js` or `ts`. One that begins with `// run: <name> [options of node] [/path]` is a server, which listens on
 * `PORT` and answers GET requests for the path, or for `/`.
 */
export function codeBlocksOf(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(js|ts)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: language, 2: code = '', index }) => {
      const [, words] = /^\/\/ run: (.+)\n/.exec(code) ?? [];
      const [name = `line ${markdown.slice(0, index).split('\n').length}`, ...rest] =
        words?.split(/\s+/) ?? [];
      const isPath = (word: string) => word.startsWith('/');
      return {
        name,
        code,
        extension: language === 'ts' ? '.mts' : /^(import|export)\b/m.test(code) ? '.mjs' : '.cjs',
        packages: packagesIn(code),
        ...(words && {
          run: { nodeOptions: rest.filter((word) => !isPath(word)), path: rest.find(isPath) ?? '/' },
        }),
      };
    },
  );
}

function packagesIn(code: string): string[] {
  const imported = [
    ...code.matchAll(/(?:\bfrom|^import|\bimport\(|\brequire\()\s*['"]((?:@[^/'"]+\/)?[^./'"][^/'"]*)/gm),
  ].map(([, name = '']) => name);
  return [...new Set(imported)].filter((name) => name !== 'lastcall-drain' && !isBuiltin(name));
}

/** Why the block cannot be tried here. */
export function missingPackages({ packages }: CodeBlock): string | undefined {
  const missing = packages.filter((name) => !existsSync(path.join(EXAMPLES, name)));
  return missing.length > 0 ? `not installed in examples: ${missing.join(', ')}` : undefined;
}
