import type { Surface } from './surface';
import type { WordKind } from './word-kinds';

/** A script for bash 4 and later. It needs nothing of the package bash-completion. */
export function bashScript(program: string, main: Surface, others: readonly Surface[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `# bash completion of ${program}: source <(${program} completion bash)
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=main index
  # bash cuts --mode=load in three.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  COMPREPLY=()
  case \${COMP_WORDS[1]} in
    ${others.map((other) => other.name).join('|')}) ((COMP_CWORD > 1)) && command=\${COMP_WORDS[1]} ;;
  esac
  # After -- comes the server's own line.
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} == -- ]]; then
      if ((index + 1 == COMP_CWORD)); then mapfile -t COMPREPLY < <(compgen -c -- "$cur")
      else compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); fi
      return
    fi
  done
  case $command in
${[main, ...others].map((surface) => commandCase(surface, surface === main, others)).join('\n')}
  esac
}
complete -F ${name} ${program}
`;
}

function commandCase(surface: Surface, isMain: boolean, others: readonly Surface[]): string {
  const valued = surface.flags.filter(({ value, isOptional }) => value !== null && !isOptional);
  const optional = surface.flags.filter(({ isOptional }) => isOptional);
  const names = surface.flags.flatMap((flag) => flag.names).join(' ');
  const values = valued.map(
    ({ names, value }) => `        ${names.join('|')}) ${reply(value as WordKind)}; return ;;`,
  );
  // Without its value it may be followed by another option.
  const maybe = optional.map(
    ({ names, value }) =>
      `        ${names.join('|')}) [[ $cur == -* ]] || { ${reply(value as WordKind)}; return; } ;;`,
  );
  const first = isMain
    ? `((COMP_CWORD == 1)) && mapfile -t COMPREPLY < <(compgen -c -W '${others.map(({ name }) => name).join(' ')}' -- "$cur")`
    : reply(surface.argument);
  return `    ${isMain ? 'main' : surface.name})
      case $prev in
${[...values, ...maybe].join('\n') || '        *) ;;'}
      esac
      if [[ $cur == -* ]]; then mapfile -t COMPREPLY < <(compgen -W '${names}' -- "$cur")
      else ${first}; fi ;;`;
}

function reply(value: WordKind): string {
  if (value.kind === 'files')
    return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")';
  if (value.kind === 'folders')
    return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur")';
  if (value.kind === 'anything') return ':';
  const words = `'${value.words.join(' ')}'`;
  if (!value.isList) return `mapfile -t COMPREPLY < <(compgen -W ${words} -- "$cur")`;
  // What stands before the last comma stays.
  return `local before=; [[ $cur == *,* ]] && before=\${cur%,*},; mapfile -t COMPREPLY < <(compgen -P "$before" -W ${words} -- "\${cur##*,}"); compopt -o nospace 2>/dev/null`;
}
