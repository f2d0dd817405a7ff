const NEEDS_SHELL = /[|&;<>()$`*?~#\n]/;
const ASSIGNMENTS = /^(?:\w+=(?:'[^']*'|"[^"]*"|[^\s'"])*\s+)*/;

/**
 * The shell line that runs `command`. A plain command, with or without `NAME=value` in front, is run with `exec`, so
 * that the signal reaches it and not a shell before it, which would die and leave the server behind. Anything else
 * gets a shell as it is.
 */
export function shellLine(command: string): string {
  const plain = command.trim();
  if (NEEDS_SHELL.test(plain)) return plain;
  const assignments = ASSIGNMENTS.exec(plain)?.[0] ?? '';
  return `${assignments}exec ${plain.slice(assignments.length)}`;
}
