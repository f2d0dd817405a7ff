import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The repository's own root, where the rules and the tools that check them are. */
export const REPOSITORY = path.resolve(__dirname, '../../..');

const WHAT_THE_LINT_READS = [
  'src',
  'test/architecture/rules',
  '.dependency-cruiser.js',
  '.gitignore',
  'biome.json',
  'package.json',
];

/** A throw-away copy of the source tree and its lint rules, in which a test may break the rules. */
export class SourceTreeCopy {
  readonly root = mkdtempSync(path.join(tmpdir(), 'lastcall-architecture-'));

  constructor() {
    for (const entry of WHAT_THE_LINT_READS) {
      cpSync(path.join(REPOSITORY, entry), path.join(this.root, entry), { recursive: true });
    }
    symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(this.root, 'node_modules'));
  }

  /** Adds a file, and its folder where there is none yet. */
  write(file: string, source: string): void {
    const target = path.join(this.root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, `${source}\n`);
  }

  /** Safe to call twice; leaves the linked node_modules alone. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
