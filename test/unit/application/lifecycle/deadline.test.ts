import { abortable } from '../../../../src/application/abortable';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import { worstOutcome } from '../../../../src/application/lifecycle/shutdown-report';

describe('Deadline', () => {
  it('aborts its signal when it passes, and never has less than nothing left', async () => {
    const deadline = Deadline.in(5);
    expect(deadline.remainingMs()).toBeGreaterThan(0);
    await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(deadline.remainingMs()).toBe(0);
  });

  it('does not abort once it is cleared', async () => {
    const deadline = Deadline.at(performance.now() + 1);
    deadline.clear();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(deadline.signal.aborted).toBe(false);
  });

  it('aborts soon when it lies in the past', async () => {
    const deadline = Deadline.at(performance.now() - 1_000);
    await new Promise((resolve) => deadline.signal.addEventListener('abort', resolve));
    expect(deadline.signal.aborted).toBe(true);
  });
});

describe('abortable', () => {
  it('settles as the promise does, and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const remove = jest.spyOn(signal, 'removeEventListener');
    expect(await abortable(Promise.resolve(1), signal)).toBe(1);
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(remove).toHaveBeenCalledTimes(2);
  });

  it('rejects with the reason as soon as the signal aborts, before or after', async () => {
    const abort = new AbortController();
    const waiting = abortable(new Promise(() => {}), abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(abortable(new Promise(() => {}), abort.signal)).rejects.toThrow('enough');
  });
});

describe('the worst outcome', () => {
  it('is forced before failed before clean', () => {
    expect(worstOutcome([])).toBe('clean');
    expect(worstOutcome(['clean', 'failed'])).toBe('failed');
    expect(worstOutcome(['failed', 'forced', 'clean'])).toBe('forced');
  });
});
