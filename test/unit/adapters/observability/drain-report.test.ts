import { drainReportTable, logDrainReport } from '../../../../src/adapters/observability/drain-report';
import type { ShutdownReport } from '../../../../src/application/lifecycle/shutdown-report';
import { InMemoryLog } from '../../../doubles/in-memory-log';

const REPORT: ShutdownReport = {
  reason: 'SIGTERM',
  outcome: 'forced',
  tookMs: 1_234.56,
  components: [
    {
      name: 'http-server',
      outcome: 'clean',
      tookMs: 1_200.04,
      forced: 0,
      figures: { answeredDuringDrain: 3, turnedAway: 0 },
    },
    {
      name: 'postgres-pool',
      outcome: 'forced',
      tookMs: 30,
      forced: 2,
      figures: {},
      error: new Error('too late'),
    },
  ],
};

describe('drainReportTable', () => {
  it('is a line for each component, in the order of stopping, with what is not zero', () => {
    expect(drainReportTable(REPORT, 1)).toBe(
      [
        '',
        'drain report: forced after 1234.6 ms (SIGTERM), exit code 1',
        'component      outcome     took  forced  figures',
        'http-server    clean    1200 ms       0  answeredDuringDrain 3',
        'postgres-pool  forced     30 ms       2  Error: too late',
        '',
      ].join('\n'),
    );
  });
});

describe('logDrainReport', () => {
  it('is one line with every figure, as an error unless the exit code is 0', () => {
    const log = new InMemoryLog();
    logDrainReport(log, REPORT, 1);
    logDrainReport(log, { ...REPORT, outcome: 'clean' }, 0);
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'drain report'],
      ['info', 'drain report'],
    ]);
    expect(log.lines[0]?.fields).toEqual({
      event: 'drain-report',
      exitCode: 1,
      reason: 'SIGTERM',
      outcome: 'forced',
      tookMs: 1_234.6,
      components: [
        {
          name: 'http-server',
          outcome: 'clean',
          tookMs: 1_200,
          forced: 0,
          answeredDuringDrain: 3,
          turnedAway: 0,
        },
        { name: 'postgres-pool', outcome: 'forced', tookMs: 30, forced: 2, error: 'Error: too late' },
      ],
    });
  });
});
