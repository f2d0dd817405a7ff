import type { Command, Option } from 'commander';
import { kindOfValue, kindOfWord, type WordKind } from './word-kinds';

/** An option, as a shell sees it. */
export interface Flag {
  /** Such as `-H` and `--header`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: WordKind | null;
  /** Whether the value may be left out. */
  readonly isOptional: boolean;
}

/** A command of the program, as a shell sees it. */
export interface Surface {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly argument: WordKind;
}

export function surfaceOf(command: Command): Surface {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.createHelp().visibleOptions(command).map(flagOf),
    argument: kindOfWord(command.registeredArguments[0]),
  };
}

function flagOf(option: Option): Flag {
  return {
    names: [option.short, option.long].filter((name) => typeof name === 'string'),
    description: option.description,
    value: kindOfValue(option),
    isOptional: option.optional,
  };
}
