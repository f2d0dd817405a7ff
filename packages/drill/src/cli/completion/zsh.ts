import type { Flag, Surface } from './surface';
import type { WordKind } from './word-kinds';

/** A script for zsh, whose function `compinit` must have run. */
export function zshScript(program: string, main: Surface, others: readonly Surface[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `#compdef ${program}
# zsh completion of ${program}: source <(${program} completion zsh)
${name}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  case $words[2] in
${others.map((other) => `    ${other.name}) if (( CURRENT > 2 )); then shift words; (( CURRENT-- )); ${name}_${other.name}; return; fi ;;`).join('\n')}
  esac
  # What stands after the options, or after --, is the server's own line.
  _arguments -S \\
${main.flags.map((flag) => `    ${spec(flag)} \\`).join('\n')}
    '*::the server:->server' && return
  if (( CURRENT == 1 )); then
    local -a own=(${others.map((other) => quoted(`${other.name}:${other.description}`)).join(' ')})
    _describe command own
    _command_names -e
  else
    _normal
  fi
}
${others.map((other) => subcommand(`${name}_${other.name}`, other)).join('\n')}
(( $+functions[compdef] )) && compdef ${name} ${program}
`;
}

function subcommand(name: string, { flags, argument }: Surface): string {
  return `${name}() {
  _arguments \\
${flags.map((flag) => `    ${spec(flag)} \\`).join('\n')}
    ${quoted(`1:word:${action(argument)}`)}
}`;
}

function spec({ names, description, value, isOptional }: Flag): string {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const takes = value === null ? '' : `${isOptional ? '::' : ':'}value:${action(value)}`;
  const own = (flag: string) =>
    `${flag}${flag.startsWith('--') && value !== null ? '=' : ''}[${text}]${takes}`;
  return names.map((flag) => quoted(`*${own(flag)}`)).join(' ');
}

function action(value: WordKind): string {
  if (value.kind === 'files') return '_files';
  if (value.kind === 'folders') return '_files -/';
  if (value.kind === 'anything') return ' ';
  const words = value.words.join(' ');
  return value.isList ? `_sequence compadd - ${words}` : `(${words})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
