import { getEventListeners } from 'node:events';
import { BatchWriter, type BatchWriterSettings } from '../../../../src/application/intake/batch-writer';
import { Deadline } from '../../../../src/application/lifecycle/deadline';
import {
  CommitInDoubt,
  DataRefused,
  IdempotencyKeyReused,
  OutcomeUnknown,
  StoreOverloaded,
  StoreUnavailable,
  SubmissionCancelled,
} from '../../../../src/domain/intake/errors';
import { componentContract } from '../../../contract/component.contract';
import { aKey, NEVER, sharedAbort, submission } from '../../../contract/jobs';
import { ScriptedStore, settled } from './scripted-store';

function build(settings: Partial<BatchWriterSettings> = {}) {
  const store = new ScriptedStore();
  const flushes: number[] = [];
  const commit = new BatchWriter(
    'test-writer',
    store,
    { batchMax: 4, concurrency: 1, queueMax: 100, waitMaxMs: 60_000, ...settings },
    ({ size }) => flushes.push(size),
  );
  const submit = (name: string, signal: AbortSignal = NEVER) => {
    const outcome = { of: name, state: 'waiting' as unknown };
    const promise = commit.write(submission(name), signal);
    promise.then(
      ({ resource: job }) => {
        outcome.state = job.name;
      },
      (error) => {
        outcome.state = error;
      },
    );
    return outcome;
  };
  const submitAll = (...names: string[]) => names.map((name) => submit(name));
  /** Submits one, and waits until it is under way. */
  const sent = async (name: string, signal?: AbortSignal) => {
    const outcome = submit(name, signal);
    await settled();
    return outcome;
  };
  return { store, commit, submit, submitAll, sent, flushes };
}

describe('BatchWriter as Component', () => componentContract(() => build().commit));

it('goes on after a store that throws at once', async () => {
  const { store, sent } = build();
  const defect = new Error('thrown, not rejected');
  jest.spyOn(store, 'storeBatch').mockImplementationOnce(() => {
    throw defect;
  });
  expect((await sent('one')).state).toBe(defect);
  const two = await sent('two');
  await store.next.commit();
  expect(two.state).toBe('two');
});

it('leaves one listener on a signal that lives on, however many batches go by', async () => {
  const { store, sent, submit } = build();
  const signals = [new AbortController().signal, new AbortController().signal] as const;
  for (let batch = 0; batch < 20; batch += 1) {
    await sent('first');
    for (const signal of signals) submit('next', signal);
    await store.next.commit();
    await store.next.commit();
  }
  expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([1, 1]);
});

describe('gathering', () => {
  it('sends a lone submission in the same turn of the event loop', async () => {
    const { store, submit } = build();
    const one = submit('one');
    await settled();
    expect(store.batches).toEqual([['one']]);
    expect(one.state).toBe('waiting');
    await store.next.commit();
    expect(one.state).toBe('one');
  });

  it('sends what came during a statement together with the next, batchMax at the most, in order', async () => {
    const { store, sent, submitAll, flushes } = build();
    const first = await sent('a');
    const all = [first, ...submitAll('b', 'c', 'd', 'e', 'f', 'g')];
    await settled();
    expect(store.batches).toEqual([['a']]);
    await store.next.commit();
    await store.next.commit();
    await store.next.commit();
    expect(store.batches).toEqual([['a'], ['b', 'c', 'd', 'e'], ['f', 'g']]);
    expect(all.map(({ state }) => state)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    expect(flushes).toEqual([1, 4, 2]);
  });

  it('sends what came in one turn of the event loop together, and leaves the other statements free', async () => {
    const { store, submitAll } = build({ concurrency: 2 });
    submitAll('a', 'b', 'c');
    await settled();
    expect(store.batches).toEqual([['a', 'b', 'c']]);
    submitAll('d', 'e');
    await settled();
    expect(store.batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('has at most `concurrency` statements under way, and tells the counts', async () => {
    const { store, submitAll, commit } = build({ concurrency: 2, batchMax: 1 });
    submitAll('a', 'b', 'c', 'd', 'e');
    await settled();
    expect(commit.counts()).toEqual({ waiting: 3, underWay: 2 });
    while (store.calls.length > 0) await store.next.commit();
    expect(store.mostAtOnce).toBe(2);
    expect(store.batches).toHaveLength(5);
    expect(commit.counts()).toEqual({ waiting: 0, underWay: 0 });
  });

  it('acknowledges nothing before its own commit', async () => {
    const { store, submitAll } = build({ concurrency: 2, batchMax: 1 });
    const [first, second] = submitAll('a', 'b');
    await settled();
    await store.calls[1]?.commit();
    expect([first?.state, second?.state]).toEqual(['waiting', 'b']);
    await store.next.commit();
    expect(first?.state).toBe('a');
  });

  it('refuses what would wait beyond queueMax, and takes more once there is room', async () => {
    const { store, sent, submitAll, submit } = build({ queueMax: 2 });
    await sent('under way');
    const [, , third] = submitAll('waits', 'waits too', 'one too many');
    await settled();
    expect(third?.state).toBeInstanceOf(StoreOverloaded);
    await store.next.commit();
    const later = submit('later');
    await store.next.commit();
    await store.next.commit();
    expect(later.state).toBe('later');
    expect(store.batches.flat()).not.toContain('one too many');
  });

  it('refuses nobody who comes while a statement is free, however many come in one turn', async () => {
    const { store, submitAll } = build({ queueMax: 1, concurrency: 2 });
    submitAll('a', 'b', 'c');
    await settled();
    expect(store.batches).toEqual([['a'], ['b']]);
    await store.next.commit();
    expect(store.batches).toEqual([['a'], ['b'], ['c']]);
  });

  it('refuses what has waited for too long, and never sends it; what is under way goes on', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { store, sent, submitAll } = build({ waitMaxMs: 1_000 });
      const first = await sent('first');
      const old = submitAll('b', 'c', 'd', 'e', 'f');
      jest.advanceTimersByTime(600);
      const young = submitAll('g', 'h');
      jest.advanceTimersByTime(400);
      await settled();
      for (const { state } of old) expect(state).toBeInstanceOf(StoreUnavailable);
      expect([...young, first].map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
      await store.next.commit();
      jest.advanceTimersByTime(5_000);
      await store.next.commit();
      expect([...young, first].map(({ state }) => state)).toEqual(['g', 'h', 'first']);
      expect(store.batches).toEqual([['first'], ['g', 'h']]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('calls it an overload when the store has stored something while they waited', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { store, sent, submitAll } = build({ waitMaxMs: 1_000, batchMax: 1 });
      await sent('first');
      const [second, third] = submitAll('b', 'c');
      jest.advanceTimersByTime(500);
      await store.next.commit();
      jest.advanceTimersByTime(500);
      await settled();
      expect(second?.state).toBe('waiting');
      expect(third?.state).toBeInstanceOf(StoreOverloaded);
      await store.next.commit();
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives each submission its own outcome', async () => {
    const { store, commit } = build();
    const key = aKey();
    const first = commit.write(submission('first', key), NEVER);
    const replay = commit.write(submission('first', key), NEVER);
    const reused = commit.write(submission('other', key), NEVER);
    const refused = expect(reused).rejects.toThrow(IdempotencyKeyReused);
    await settled();
    await store.next.commit();
    await refused;
    expect(await replay).toEqual({ resource: (await first).resource, replayed: true });
  });

  it('fails those for whom the store has no outcome', async () => {
    const { store, submit } = build();
    store.answer = async () => [];
    const one = submit('one');
    await settled();
    expect(one.state).toMatchObject({ message: 'the store returned too few outcomes' });
  });
});

describe('a row that the store will not take', () => {
  it('fails alone: the batch is halved until only the culprit is left', async () => {
    const { store, sent, submitAll } = build({ batchMax: 8 });
    const blocker = await sent('blocker');
    const all = submitAll('a', 'b', 'c', 'bad', 'e', 'f', 'g', 'h');
    const refusal = new DataRefused('invalid byte sequence');
    store.answer = async (batch) => {
      if (batch.some(({ resource: job }) => job.name === 'bad')) throw refusal;
      return batch.map(({ resource: job }) => ({ resource: job, replayed: false }));
    };
    await store.next.commit();
    await settled();
    expect(blocker.state).toBe('blocker');
    expect(all.map(({ state }) => state)).toEqual(['a', 'b', 'c', refusal, 'e', 'f', 'g', 'h']);
    expect(store.batches.length).toBeLessThanOrEqual(1 + 2 * 4);
  });

  it.each([new StoreUnavailable('down'), new StoreOverloaded('full'), new Error('no such table')])(
    'is not looked for when the fault is not in a row: %s',
    async (error) => {
      const { store, submitAll } = build();
      const all = submitAll('a', 'b');
      await settled();
      await store.next.fail(error);
      expect(all.map(({ state }) => state)).toEqual([error, error]);
      expect(store.batches).toHaveLength(1);
    },
  );
});

describe('a commit in doubt', () => {
  it('passes a defect on to all of the batch, once: it is neither looked up nor sent again', async () => {
    const { store, submitAll } = build();
    const findAll = jest.spyOn(store, 'findAll');
    const all = submitAll('a', 'b');
    await settled();
    const defect = new TypeError('a defect');
    await store.next.fail(defect);
    for (const { state } of all) expect(state).toBe(defect);
    expect(store.batches).toEqual([['a', 'b']]);
    expect(findAll).not.toHaveBeenCalled();
  });

  it('is looked up: what was stored is acknowledged and not stored again', async () => {
    const { store, sent } = build();
    const one = await sent('one');
    await store.next.commitAndFail(new CommitInDoubt('lost'));
    await untilSettled(one);
    expect(one.state).toBe('one');
    expect(store.batches).toEqual([['one']]);
  });

  it('has what was not stored sent again, and only that', async () => {
    const { store, submitAll } = build();
    const all = submitAll('a', 'b');
    await settled();
    await store.next.fail(new CommitInDoubt('lost'));
    await untilTrue(() => store.calls.length === 1);
    expect(store.next.names).toEqual(['a', 'b']);
    await store.next.commit();
    await untilSettled(...all);
    expect(all.map(({ state }) => state)).toEqual(['a', 'b']);
  });

  it('fails only the row that the store will not take when it is sent again', async () => {
    const { store, submitAll } = build();
    const all = submitAll('a', 'bad', 'c');
    await settled();
    const refusal = new DataRefused('invalid byte sequence');
    const lost = store.next;
    store.answer = async (batch) => {
      if (batch.some(({ resource: job }) => job.name === 'bad')) throw refusal;
      return store.memory.storeBatch(batch, NEVER);
    };
    await lost.fail(new CommitInDoubt('lost'));
    await untilSettled(...all);
    expect(all.map(({ state }) => state)).toEqual(['a', refusal, 'c']);
  });

  it('ends as unknown when the store does not come back', async () => {
    const { store, sent } = build();
    store.findAllFails = new StoreUnavailable('still down');
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    try {
      const one = await sent('one');
      await store.next.fail(new CommitInDoubt('lost'));
      await jest.advanceTimersByTimeAsync(100);
      expect(one.state).toBe('waiting');
      await jest.advanceTimersByTimeAsync(2_000);
      expect(one.state).toBeInstanceOf(OutcomeUnknown);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is given up at once when its signal aborts, as unknown', async () => {
    const { store, sent } = build();
    store.findAllFails = new StoreUnavailable('still down');
    const abort = sharedAbort();
    const one = await sent('one', abort.signal);
    await store.next.commitAndFail(new CommitInDoubt('lost'));
    abort.abort();
    await settled();
    await settled();
    expect(one.state).toBeInstanceOf(OutcomeUnknown);
  });
});

describe('giving up', () => {
  it('takes what waits from the queue at once, and it is never sent', async () => {
    const { store, submit, sent } = build();
    const abort = sharedAbort();
    const first = await sent('first');
    const given = [submit('given up', abort.signal), submit('too', abort.signal)];
    const kept = submit('kept');
    abort.abort();
    await settled();
    for (const { state } of given) expect(state).toBeInstanceOf(SubmissionCancelled);
    await store.next.commit();
    await store.next.commit();
    expect([first.state, kept.state]).toEqual(['first', 'kept']);
    expect(store.batches).toEqual([['first'], ['kept']]);
  });

  it('cancels a statement only when nobody wants any of its rows', async () => {
    const { store, submit } = build();
    const [one, two] = [sharedAbort(), sharedAbort()];
    const all = [submit('a', one.signal), submit('b', two.signal)];
    await settled();
    one.abort();
    await settled();
    expect(store.next.signal.aborted).toBe(false);
    two.abort();
    await settled();
    for (const { state } of all) expect(state).toBeInstanceOf(SubmissionCancelled);
  });

  it('resolves all the same when the commit had won', async () => {
    const { store, sent } = build();
    const abort = sharedAbort();
    const one = await sent('one', abort.signal);
    const { next } = store;
    await next.commit();
    abort.abort();
    await settled();
    expect(one.state).toBe('one');
  });

  it('listens once to a signal that many share', () => {
    const { submit } = build();
    const { signal } = new AbortController();
    const listen = jest.spyOn(signal, 'addEventListener');
    for (let count = 0; count < 50; count += 1) submit(`${count}`, signal);
    expect(listen.mock.calls.length).toBeLessThanOrEqual(3);
  });
});

describe('stopping', () => {
  it('waits until all that was submitted is stored', async () => {
    const { store, commit, submitAll, sent } = build();
    const all = [await sent('a'), ...submitAll('b', 'c')];
    const deadline = Deadline.in(60_000);
    let stopped: unknown;
    void commit.stop(deadline).then((details) => {
      stopped = details;
    });
    await store.next.commit();
    expect(stopped).toBeUndefined();
    await store.next.commit();
    expect(stopped).toEqual({ forced: 0 });
    expect(all.map(({ state }) => state)).toEqual(['a', 'b', 'c']);
    deadline.clear();
  });

  it('ends when all that waited was given up before it was sent', async () => {
    const { commit, submit } = build();
    const abort = sharedAbort();
    submit('given up', abort.signal);
    const deadline = Deadline.in(60_000);
    const stopping = commit.stop(deadline);
    abort.abort();
    expect(await stopping).toEqual({ forced: 0 });
    deadline.clear();
  });

  it('gives up at the deadline what still waits, and counts it', async () => {
    const { commit, submitAll, sent } = build();
    const underWay = await sent('a');
    const waiting = submitAll('b', 'c');
    expect(await commit.stop(Deadline.in(5))).toEqual({ forced: 2 });
    await settled();
    for (const { state } of waiting) expect(state).toBeInstanceOf(SubmissionCancelled);
    expect(underWay.state).toBe('waiting');
  });

  it('does so too when the deadline has passed already', async () => {
    const { commit, submit, sent } = build();
    await sent('a');
    submit('b');
    const passed = Deadline.in(0);
    await new Promise((resolve) => passed.signal.addEventListener('abort', resolve));
    expect(await commit.stop(passed)).toEqual({ forced: 1 });
  });
});

async function untilTrue(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn += 1) await new Promise((r) => setTimeout(r, 5));
  expect(condition()).toBe(true);
}

function untilSettled(...outcomes: { state: unknown }[]): Promise<void> {
  return untilTrue(() => outcomes.every(({ state }) => state !== 'waiting'));
}
