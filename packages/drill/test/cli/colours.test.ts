import { takesColours } from '../../src/cli/colours';

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', {}, {}, false],
  ['a pipe in CI', {}, { CI: 'true' }, false],
  ['a terminal that knows none', { isTTY: true }, { TERM: 'dumb' }, false],
  ['a terminal, with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['a terminal, with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['a pipe, with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
  ['a terminal, with FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, false],
  ['a pipe, with both', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('%s', (_what, stream, env, expected) => {
  expect(takesColours(stream, env)).toBe(expected);
});
