import { shellLine } from '../../src/server/command-line';

const CASES = [
  ['node server.js --port 1', 'exec node server.js --port 1'],
  ['  ./server  ', 'exec ./server'],
  ["A=1 B='two words' node server.js", "A=1 B='two words' exec node server.js"],
  ['cd app && node server.js', 'cd app && node server.js'],
  ['node server.js | cat', 'node server.js | cat'],
] as const;

test.each(CASES)('%s is run as: %s', (command, line) => {
  expect(shellLine(command)).toBe(line);
});
