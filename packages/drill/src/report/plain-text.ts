import { stripVTControlCharacters } from 'node:util';

/** Text from elsewhere without what would command a terminal, or what no file of text may hold. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '');
}

/** The same as lines, without the empty ones. */
export function plainLines(text: string): string[] {
  return plain(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
}
