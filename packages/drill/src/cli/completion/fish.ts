import type { Flag, Surface } from './surface';
import type { WordKind } from './word-kinds';

/** A script for fish 3 and later. */
export function fishScript(program: string, main: Surface, others: readonly Surface[]): string {
  const name = `__${program.replaceAll('-', '_')}`;
  const on = (condition: string, rest: string) => `complete -c ${program} -n '${condition}' ${rest}`;
  const inMain = `${name}_is_main`;
  return `# fish completion of ${program}: ${program} completion fish | source
function ${name}_list
    set -l before (string match -r '.*,' -- (commandline -ct | string replace -r '^--[^=]*=' ''))
    for word in $argv
        echo "$before$word"
    end
end
# Before the server's own line, and not in another command.
function ${name}_is_main
    set -l words (commandline -opc)
    not contains -- -- $words; and not contains -- "$words[2]" ${others.map((other) => other.name).join(' ')}
end
function ${name}_is_in
    set -l words (commandline -opc)
    test "$words[2]" = $argv[1]
end
function ${name}_is_first
    test (count (commandline -opc)) -eq 1
end
# The server's own line is completed as one.
function ${name}_server
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words)
    complete -C (string join ' ' -- (string escape -- $words[(math $at + 1)..]) (commandline -ct))
end
complete -c ${program} -f
${on(`contains -- -- (commandline -opc)`, `-a '(${name}_server)'`)}
${others.map((other) => on(`${name}_is_first`, `-a ${other.name} -d ${quoted(other.description)}`)).join('\n')}
${main.flags.map((flag) => on(inMain, option(flag, name))).join('\n')}
${others
  .flatMap((other) => {
    const here = `${name}_is_in ${other.name}`;
    const flags = other.flags.map((flag) => on(here, option(flag, name)));
    return [...flags, ...words(other.argument, name).map((rest) => on(here, rest))];
  })
  .join('\n')}
`;
}

function option({ names, description, value, isOptional }: Flag, name: string): string {
  const flags = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  // Without -r the value may be left out; -f keeps files from being offered beside the words.
  const takes = value === null ? [] : [...(isOptional ? [] : ['-r']), ...words(value, name)];
  return [...flags, ...takes, `-d ${quoted(description)}`].join(' ');
}

function words(value: WordKind, name: string): string[] {
  if (value.kind === 'files') return ['-F'];
  if (value.kind === 'folders') return ["-f -a '(__fish_complete_directories)'"];
  if (value.kind === 'anything') return ['-f'];
  const all = value.words.join(' ');
  return [value.isList ? `-f -a '(${name}_list ${all})'` : `-f -a '${all}'`];
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
