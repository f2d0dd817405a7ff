import type { Argument, Option } from 'commander';
import { MODE_NAMES } from '../../modes';
import { SIGNALS } from '../../scenario/signals';

/** What a shell may complete a value with. */
export type WordKind =
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'anything' }
  /** A list: several may stand there, with commas between them. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isList: boolean };

/** By what the placeholder in the definition says: `--config <file>`. */
const KINDS: Record<string, WordKind> = {
  file: { kind: 'files' },
  folder: { kind: 'folders' },
  modes: { kind: 'words', words: ['all', 'load', ...MODE_NAMES], isList: true },
  signal: { kind: 'words', words: SIGNALS, isList: false },
};

/** What an option takes; null when it takes nothing. */
export function kindOfValue(option: Option): WordKind | null {
  if (!option.required && !option.optional) return null;
  if (option.argChoices !== undefined) return { kind: 'words', words: option.argChoices, isList: false };
  return KINDS[/[<[]([\w-]+)/.exec(option.flags)?.[1] ?? ''] ?? { kind: 'anything' };
}

/** What an argument of a command takes. */
export function kindOfWord(argument: Argument | undefined): WordKind {
  if (argument === undefined) return { kind: 'anything' };
  if (argument.argChoices !== undefined) return { kind: 'words', words: argument.argChoices, isList: false };
  return KINDS[argument.name()] ?? { kind: 'anything' };
}
