import type { Component, StopDetails } from '../../../../src/application/lifecycle/component';
import type { Deadline } from '../../../../src/application/lifecycle/deadline';
import type { LifecycleEvent } from '../../../../src/application/lifecycle/lifecycle-observer';
import { ShutdownCoordinator } from '../../../../src/application/lifecycle/shutdown-coordinator';
import { StartInterrupted } from '../../../../src/domain/lifecycle/errors';
import { Lifecycle } from '../../../../src/domain/lifecycle/lifecycle';
import { drainPolicy } from '../../../../src/domain/lifecycle/time-budget';

/** A component of which the test knows everything that happened. */
interface Part {
  readonly uses?: readonly string[];
  readonly stopWithinMs?: number;
  readonly start?: (signal: AbortSignal) => Promise<void>;
  readonly stop?: (deadline: Deadline) => Promise<StopDetails | void>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function build(parts: Record<string, Part>, budget: { timeoutMs?: number; delayMs?: number } = {}) {
  const happened: string[] = [];
  const components = Object.entries(parts).map(
    ([name, part]): Component => ({
      name,
      ...(part.stopWithinMs !== undefined && { stopWithinMs: part.stopWithinMs }),
      start: async (signal) => {
        happened.push(`start ${name}`);
        await part.start?.(signal);
        happened.push(`started ${name}`);
      },
      stop: async (deadline) => {
        happened.push(`stop ${name}`);
        const details = part.stop ? await part.stop(deadline) : await turn();
        happened.push(`stopped ${name}`);
        return details;
      },
    }),
  );
  const dependencies = new Map(Object.entries(parts).map(([name, { uses = [] }]) => [name, uses]));
  const lifecycle = new Lifecycle();
  const events: LifecycleEvent[] = [];
  const coordinator = new ShutdownCoordinator({
    graph: { components, dependencies },
    lifecycle,
    policy: drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0, ...budget }),
    observe: (event) => {
      events.push(event);
    },
  });
  return { coordinator, lifecycle, happened, events };
}

const CHAIN = { log: {}, pool: { uses: ['log'] }, http: { uses: ['pool', 'log'] } };

const named = (name: unknown) => ({ name, start: async () => {} }) as Component;

describe('a graph that would pass something over', () => {
  it.each<[string, readonly Component[], Record<string, string[]>, string]>([
    ['a component without a name', [named(undefined)], {}, 'without a name'],
    ['one with an empty name', [named('')], { '': [] }, 'without a name'],
    ['one whose name is no text', [named(7)], {}, 'without a name'],
    ['two of one name', [named('a'), named('a')], { a: [] }, 'two components are called a'],
    ['one without its entry', [named('a'), named('b')], { a: [] }, 'what b depends on is not said'],
    ['an entry without its component', [named('a')], { a: ['b'], b: [] }, 'no component is called b'],
    ['an edge that leads nowhere', [named('a')], { a: ['b'] }, 'a depends on b, which does not exist'],
    ['a circle', [named('a'), named('b')], { a: ['b'], b: ['a'] }, 'a -> b -> a'],
  ])('is refused: %s', (_, components, dependencies, said) => {
    const build = () =>
      new ShutdownCoordinator({
        graph: { components, dependencies: new Map(Object.entries(dependencies)) },
        lifecycle: new Lifecycle(),
        policy: drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0 }),
        observe: () => {},
      });
    expect(build).toThrow(said);
  });
});

describe('starting', () => {
  it('starts each component when all that it uses has started, and is ready then', async () => {
    const { coordinator, lifecycle, happened } = build(CHAIN);
    await coordinator.start();
    expect(happened).toEqual([
      'start log',
      'started log',
      'start pool',
      'started pool',
      'start http',
      'started http',
    ]);
    expect(lifecycle.phase).toBe('ready');
  });

  it('is single-flight', async () => {
    const { coordinator, happened } = build(CHAIN);
    expect(coordinator.start()).toBe(coordinator.start());
    await coordinator.start();
    expect(happened.filter((line) => line.startsWith('start '))).toHaveLength(3);
  });

  it('rejects with the first error, starts nothing further, and stops what had begun, in reverse', async () => {
    const fault = new Error('no pool');
    const { coordinator, happened, events } = build({
      ...CHAIN,
      pool: { uses: ['log'], start: () => Promise.reject(fault) },
    });
    await expect(coordinator.start()).rejects.toBe(fault);
    const report = await coordinator.shutdown('could not start');
    expect(happened).toEqual([
      'start log',
      'started log',
      'start pool',
      'stop pool',
      'stopped pool',
      'stop log',
      'stopped log',
    ]);
    expect(events).toContainEqual({ type: 'component-start-failed', name: 'pool', error: fault });
    expect(report.components.map(({ name }) => name)).toEqual(['pool', 'log']);
  });

  it('takes a start that throws at once for one that rejects', async () => {
    const fault = new Error('thrown');
    const component: Component = {
      name: 'bad',
      start: () => {
        throw fault;
      },
    };
    const coordinator = new ShutdownCoordinator({
      graph: { components: [component], dependencies: new Map([['bad', []]]) },
      lifecycle: new Lifecycle(),
      policy: drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0 }),
      observe: () => {},
    });
    await expect(coordinator.start()).rejects.toBe(fault);
    expect((await coordinator.shutdown('could not start')).outcome).toBe('clean');
  });

  it('is interrupted by a shutdown: the signal aborts, nothing further starts, what had begun stops', async () => {
    const { coordinator, lifecycle, happened } = build({
      ...CHAIN,
      pool: {
        uses: ['log'],
        start: (signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const starting = coordinator.start();
    const interrupted = expect(starting).rejects.toThrow(StartInterrupted);
    await turn();
    const report = await coordinator.shutdown('SIGTERM');
    await interrupted;
    expect(happened.slice(3)).toEqual(['stop pool', 'stopped pool', 'stop log', 'stopped log']);
    expect([report.outcome, lifecycle.phase]).toEqual(['clean', 'stopped']);
  });

  it('stays a failure when a shutdown is asked for while the others are still giving up', async () => {
    const fault = new Error('no pool');
    let giveUp = () => {};
    const givesUpLate = new Promise<void>((_, reject) => {
      giveUp = () => reject(new Error('told to'));
    });
    const { coordinator } = build({
      pool: { start: () => Promise.reject(fault) },
      slow: { start: () => givesUpLate },
    });
    const failed = expect(coordinator.start()).rejects.toBe(fault);
    await turn();
    const stopping = coordinator.shutdown('SIGTERM');
    giveUp();
    await failed;
    await stopping;
  });

  it('does not hold the shutdown up for ever when it ignores the signal', async () => {
    const { coordinator } = build({ stubborn: { start: () => new Promise(() => {}) } }, { timeoutMs: 100 });
    void coordinator.start();
    await turn();
    expect((await coordinator.shutdown('SIGTERM')).tookMs).toBeLessThan(2_000);
  });

  it('never happens after a shutdown', async () => {
    const { coordinator, happened, lifecycle } = build(CHAIN);
    await coordinator.shutdown('SIGTERM');
    await expect(coordinator.start()).rejects.toThrow(StartInterrupted);
    expect(happened).toEqual([]);
    expect(lifecycle.phase).toBe('stopped');
  });
});

describe('shutting down', () => {
  it('announces it before anything stops, synchronously', async () => {
    const { coordinator, lifecycle, happened } = build(CHAIN);
    await coordinator.start();
    happened.length = 0;
    const stopping = coordinator.shutdown('SIGTERM');
    expect(lifecycle.phase).toBe('draining');
    await stopping;
    expect(happened[0]).toBe('stop http');
  });

  it('stops dependents before what they depend on', async () => {
    const { coordinator, happened } = build(CHAIN);
    await coordinator.start();
    happened.length = 0;
    const report = await coordinator.shutdown('SIGTERM');
    expect(happened).toEqual([
      'stop http',
      'stopped http',
      'stop pool',
      'stopped pool',
      'stop log',
      'stopped log',
    ]);
    expect(report).toMatchObject({ reason: 'SIGTERM', outcome: 'clean' });
    expect(report.components.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['http', 'clean'],
      ['pool', 'clean'],
      ['log', 'clean'],
    ]);
  });

  it('stops independent components at the same time, and does not wait for a whole wave', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { coordinator, happened } = build({
      log: {},
      pool: { uses: ['log'] },
      http: { uses: ['pool'] },
      slow: { uses: ['log'], stop: () => held },
    });
    await coordinator.start();
    happened.length = 0;
    const stopping = coordinator.shutdown('SIGTERM');
    await turn();
    await turn();
    await turn();
    expect(happened).toEqual(['stop http', 'stop slow', 'stopped http', 'stop pool', 'stopped pool']);
    release();
    await stopping;
    expect(happened.slice(5)).toEqual(['stopped slow', 'stop log', 'stopped log']);
  });

  it('is single-flight', async () => {
    const { coordinator, happened } = build(CHAIN);
    await coordinator.start();
    const stopping = coordinator.shutdown('SIGTERM');
    expect(coordinator.shutdown('SIGINT')).toBe(stopping);
    expect((await stopping).reason).toBe('SIGTERM');
    expect(happened.filter((line) => line === 'stop http')).toHaveLength(1);
  });

  it('goes on past an error, and reports it', async () => {
    const fault = new Error('would not');
    const { coordinator, happened } = build({
      ...CHAIN,
      pool: { uses: ['log'], stop: () => Promise.reject(fault) },
    });
    await coordinator.start();
    const report = await coordinator.shutdown('SIGTERM');
    expect(report.outcome).toBe('failed');
    expect(report.components[1]).toMatchObject({ name: 'pool', outcome: 'failed', error: fault });
    expect(happened.at(-1)).toBe('stopped log');
  });

  it('goes on past a component that throws instead of rejecting', async () => {
    const { coordinator } = build({
      bad: {
        stop: () => {
          throw new Error('thrown');
        },
      },
    });
    await coordinator.start();
    expect((await coordinator.shutdown('SIGTERM')).outcome).toBe('failed');
  });

  it('leaves a hang behind after its share, so that the others have theirs', async () => {
    let remainingMs = 0;
    const { coordinator } = build(
      {
        log: {},
        pool: {
          uses: ['log'],
          stop: async (deadline) => {
            remainingMs = deadline.remainingMs();
          },
        },
        http: { uses: ['pool'], stop: () => new Promise(() => {}) },
      },
      { timeoutMs: 150 },
    );
    await coordinator.start();
    const report = await coordinator.shutdown('SIGTERM');
    expect(report.components.map(({ name, outcome, forced }) => [name, outcome, forced])).toEqual([
      ['http', 'forced', 1],
      ['pool', 'clean', 0],
      ['log', 'clean', 0],
    ]);
    expect(report.outcome).toBe('forced');
    expect(remainingMs).toBeGreaterThanOrEqual(0);
    expect(report.tookMs).toBeGreaterThanOrEqual(110);
    expect(report.tookMs).toBeLessThan(3_000);
  });

  it('leaves no time to those who have nothing to stop, and divides all of it among the others', async () => {
    const shares = async (between: readonly Component[]) => {
      const deadlines: Record<string, number> = {};
      const stopping = (name: string): Component => ({
        name,
        stop: async (deadline) => {
          deadlines[name] = deadline.at;
        },
      });
      const components = [stopping('http'), ...between, stopping('pool'), stopping('log')];
      const names = components.map(({ name }) => name);
      const dependencies = new Map(names.map((name, index) => [name, names.slice(index + 1, index + 2)]));
      const coordinator = new ShutdownCoordinator({
        graph: { components, dependencies },
        lifecycle: new Lifecycle(),
        policy: drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0 }),
        observe: () => {},
      });
      await coordinator.start();
      await coordinator.shutdown('SIGTERM');
      const { http = 0, pool = 0, log = 0 } = deadlines;
      return [pool - http, log - pool].map(Math.round);
    };
    const alone = await shares([]);
    expect(alone).toEqual([500, 500]);
    expect(
      await shares([
        { name: 'schema', start: async () => {} },
        { name: 'more', start: async () => {} },
      ]),
    ).toEqual(alone);
  });

  it('leaves each its share also where a start has taken the time for requests to give up', async () => {
    const remaining: number[] = [];
    const stop = async (deadline: Deadline) => {
      remaining.push(deadline.remainingMs());
    };
    const { coordinator } = build(
      { log: { stop }, pool: { uses: ['log'], stop, start: () => new Promise(() => {}) } },
      { timeoutMs: 200 },
    );
    void coordinator.start();
    await turn();
    const report = await coordinator.shutdown('SIGTERM');
    expect(report.components.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['pool', 'clean'],
      ['log', 'clean'],
    ]);
    expect(remaining[0]).toBeGreaterThan(0);
  });

  it('gives a component no longer than it says that it takes, whatever is left', async () => {
    const remaining: Record<string, number> = {};
    const { coordinator } = build({
      log: {
        stop: async (deadline) => {
          remaining.log = deadline.remainingMs();
        },
      },
      scrape: {
        uses: ['log'],
        stopWithinMs: 30,
        stop: async (deadline) => {
          remaining.scrape = deadline.remainingMs();
          await new Promise(() => {});
        },
      },
      http: { uses: ['scrape'], stop: async () => {} },
    });
    await coordinator.start();
    const report = await coordinator.shutdown('SIGTERM');
    expect(report.components.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['http', 'clean'],
      ['scrape', 'forced'],
      ['log', 'clean'],
    ]);
    expect(remaining.scrape).toBeLessThanOrEqual(30);
    expect(remaining.log).toBeGreaterThan(1_000);
  });

  it('lets a component say at its deadline what it cut short', async () => {
    const { coordinator } = build(
      {
        http: {
          stop: (deadline) =>
            new Promise((resolve) =>
              deadline.signal.addEventListener('abort', () =>
                resolve({ forced: 3, figures: { answered: 7 } }),
              ),
            ),
        },
      },
      { timeoutMs: 100 },
    );
    await coordinator.start();
    const report = await coordinator.shutdown('SIGTERM');
    expect(report.components).toEqual([
      { name: 'http', outcome: 'forced', forced: 3, figures: { answered: 7 }, tookMs: expect.any(Number) },
    ]);
  });

  it('waits for the delay first, already announced', async () => {
    const { coordinator, lifecycle, happened } = build({ http: {} }, { delayMs: 100 });
    await coordinator.start();
    happened.length = 0;
    const began = performance.now();
    const stopping = coordinator.shutdown('SIGTERM');
    await turn();
    expect([lifecycle.phase, happened]).toEqual(['draining', []]);
    await stopping;
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
  });

  it('names in its report what has nothing to stop, too', async () => {
    const log: Component = { name: 'log', stop: async () => {} };
    const schema: Component = { name: 'schema', start: async () => {} };
    const coordinator = new ShutdownCoordinator({
      graph: {
        components: [log, schema],
        dependencies: new Map([
          ['log', []],
          ['schema', ['log']],
        ]),
      },
      lifecycle: new Lifecycle(),
      policy: drainPolicy({ timeoutMs: 5_000, delayMs: 0, lingerMs: 0 }),
      observe: () => {},
    });
    await coordinator.start();
    expect((await coordinator.shutdown('SIGTERM')).components).toMatchObject([
      { name: 'schema', outcome: 'clean', forced: 0 },
      { name: 'log', outcome: 'clean', forced: 0 },
    ]);
  });

  it('tells every event in order', async () => {
    const { coordinator, events } = build({ log: {}, http: { uses: ['log'] } });
    await coordinator.start();
    await coordinator.shutdown('SIGTERM');
    expect(events.map((event) => ('phase' in event ? event.phase : event.type))).toEqual([
      'component-started',
      'component-started',
      'ready',
      'draining',
      'shutdown-begun',
      'component-stopped',
      'component-stopped',
      'stopped',
      'shutdown-finished',
    ]);
  });
});
