import { onTerminationSignals, startedByNohup } from '../../../../src/adapters/process/termination-signals';

const ALL = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
type Signal = (typeof ALL)[number];

/** Only the listeners that the test has added are called: jest has its own. */
function listen(ignored: readonly Signal[] = []) {
  const seen: string[] = [];
  const before = new Set(ALL.flatMap((signal) => process.listeners(signal)));
  onTerminationSignals(
    {
      onStop: (signal) => seen.push(`stop ${signal}`),
      onForce: (signal) => seen.push(`force ${signal}`),
    },
    ignored,
  );
  const send = (signal: Signal) => {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) listener(signal);
  };
  const forget = () => {
    for (const signal of ALL)
      for (const listener of process.listeners(signal))
        if (!before.has(listener)) process.removeListener(signal, listener);
  };
  return { seen, send, forget };
}

describe('termination signals', () => {
  let now = 0;
  let probe: ReturnType<typeof listen>;
  beforeEach(() => {
    now = 5_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    probe = listen();
  });
  afterEach(() => {
    probe.forget();
    jest.restoreAllMocks();
  });

  it.each(ALL)('%s asks to stop', (signal) => {
    probe.send(signal);
    expect(probe.seen).toEqual([`stop ${signal}`]);
  });

  it('are one request when they repeat within a second, whichever they are', () => {
    probe.send('SIGINT');
    now += 3;
    probe.send('SIGTERM');
    now += 997;
    probe.send('SIGINT');
    expect(probe.seen).toEqual(['stop SIGINT']);
  });

  it('force the exit when they come later', () => {
    probe.send('SIGTERM');
    now += 1_001;
    probe.send('SIGINT');
    expect(probe.seen).toEqual(['stop SIGTERM', 'force SIGINT']);
  });

  it('force nothing when a terminal ends while the drain is under way', () => {
    probe.send('SIGINT');
    now += 2_000;
    probe.send('SIGHUP');
    expect(probe.seen).toEqual(['stop SIGINT']);
  });

  it('are left alone where the service was started to ignore them', () => {
    probe.forget();
    probe = listen(['SIGHUP']);
    probe.send('SIGHUP');
    expect(probe.seen).toEqual([]);
    probe.send('SIGTERM');
    expect(probe.seen).toEqual(['stop SIGTERM']);
  });
});

it.each([
  [{ _: '/usr/bin/nohup' }, '', true],
  [{ _: 'nohup' }, '', true],
  [{ _: '/usr/bin/node' }, '', false],
  [{}, 'SigIgn:\t0000000000000001\n', true],
  [{}, 'SigIgn:\t0000000001001005\n', true],
  [{}, 'Name:\tsh\nSigIgn:\t0000000000000006\nSigCgt:\t0000000000000001\n', false],
])(
  'knows by its shell and its parent whether it is to outlive its terminal: %j %j',
  (environment, status, nohup) => {
    expect(startedByNohup(environment, status)).toBe(nohup);
  },
);
