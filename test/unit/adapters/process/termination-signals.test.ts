import { onTerminationSignals } from '../../../../src/adapters/process/termination-signals';

/** Only the listeners that the test has added are called: jest has its own. */
function listen() {
  const seen: string[] = [];
  const before = new Set(['SIGTERM', 'SIGINT'].flatMap((signal) => process.listeners(signal as 'SIGTERM')));
  onTerminationSignals({
    onStop: (signal) => seen.push(`stop ${signal}`),
    onForce: (signal) => seen.push(`force ${signal}`),
  });
  const send = (signal: 'SIGTERM' | 'SIGINT') => {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) listener(signal);
  };
  const forget = () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
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

  it.each(['SIGTERM', 'SIGINT'] as const)('%s asks to stop', (signal) => {
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
});
