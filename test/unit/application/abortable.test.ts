import { getEventListeners } from 'node:events';
import { abortable, whileAnyWants } from '../../../src/application/abortable';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;
const signals = (count: number) => Array.from({ length: count }, () => new AbortController());

it('aborts when the last of several has, and leaves nothing on them', async () => {
  const all = signals(3);
  const set = new Set(all.map(({ signal }) => signal));
  let seen: AbortSignal | undefined;
  let end = () => {};
  const done = whileAnyWants(set, (signal) => {
    seen = signal;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  for (const [index, controller] of all.entries()) {
    expect(seen?.aborted).toBe(false);
    controller.abort(new Error(`reason ${index}`));
  }
  expect(seen?.aborted).toBe(true);
  expect(seen?.reason).toEqual(new Error('reason 0'));
  end();
  await done;
  expect([...set].map(listeners)).toEqual([0, 0, 0]);
});

it.each([
  ['that succeeds', async () => 'done'],
  [
    'that fails',
    async () => {
      throw new Error('it failed');
    },
  ],
  [
    'that throws at once',
    () => {
      throw new Error('it failed');
    },
  ],
])('leaves nothing on signals that live on, after work %s', async (_, work) => {
  const long = signals(2).map(({ signal }) => signal);
  for (let round = 0; round < 10; round += 1) await whileAnyWants(new Set(long), work).catch(() => {});
  expect(long.map(listeners)).toEqual([0, 0]);
});

it('waits no longer than its signal allows, and leaves nothing on it', async () => {
  const { signal } = new AbortController();
  expect(await abortable(Promise.resolve(1), signal)).toBe(1);
  await abortable(Promise.reject(new Error('no')), signal).catch(() => {});
  expect(listeners(signal)).toBe(0);
  const aborted = AbortSignal.abort(new Error('enough'));
  await expect(abortable(new Promise(() => {}), aborted)).rejects.toThrow('enough');
  expect(listeners(aborted)).toBe(0);
});
