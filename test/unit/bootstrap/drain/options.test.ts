import type { DrainOptions } from '../../../../src/adapters/http-server';
import { checkOptions } from '../../../../src/bootstrap/drain/options';

describe('lingerMs', () => {
  it.each<[DrainOptions, number]>([
    [{}, 500],
    [{ timeoutMs: 1_000 }, 500],
    [{ timeoutMs: 801 }, 400],
    [{ timeoutMs: 600, delayMs: 500 }, 50],
    [{ timeoutMs: 600, delayMs: 600 }, 0],
    [{ timeoutMs: 0 }, 0],
    [{ timeoutMs: 600, lingerMs: 600 }, 600],
  ])('of %j is %d', (options, lingerMs) => {
    expect(checkOptions(options).lingerMs).toBe(lingerMs);
  });

  it.each<[DrainOptions, string]>([
    [{ timeoutMs: 400, lingerMs: 500 }, 'lingerMs (500) does not fit into timeoutMs (400)'],
    [{ timeoutMs: 400, delayMs: 401 }, 'delayMs (401) does not fit into timeoutMs (400)'],
    [
      { timeoutMs: 400, delayMs: 200, lingerMs: 201 },
      'delayMs (200) and lingerMs (201) do not fit into timeoutMs (400)',
    ],
  ])('and delayMs of %j are a fault, and only what was given is named', (options, words) => {
    expect(() => checkOptions(options)).toThrow(new TypeError(`drainable: ${words}`));
  });
});
