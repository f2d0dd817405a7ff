import { MODE_NAMES, modesNamed } from '../../src/modes';
import { scenarioOf } from '../../src/scenario/scenario';

const namesOf = (names: string) => modesNamed(names).map(({ name }) => name);

test('a mode that is named twice runs once, where it was named first', () => {
  expect(namesOf('one-shot,kept-alive,one-shot')).toEqual(['one-shot', 'kept-alive']);
  expect(namesOf('all,kept-alive')).toEqual(MODE_NAMES);
  expect(namesOf('load,one-shot,silent')).toEqual(['kept-alive', 'random-gaps', 'one-shot', 'silent']);
});

test.each([
  [{ request: 'GET /', body: 'x' }, true],
  [{ request: 'HEAD /', body: { a: 1 } }, true],
  [{ request: 'GET /' }, false],
  [{ request: 'POST /', body: 'x' }, false],
])('fetch may not send everything: with %j it is left out: %s', (request, isLeftOut) => {
  const { modes, leftOut } = scenarioOf({ command: 'x', mode: 'all', requests: [{ request: '/' }, request] });
  expect(leftOut.some(({ mode }) => mode.name === 'fetch')).toBe(isLeftOut);
  expect(modes.some(({ name }) => name === 'fetch')).toBe(!isLeftOut);
  expect(modes.some(({ name }) => name === 'agent')).toBe(true);
});
