import { InMemoryJobRepository } from '../../../../src/adapters/memory/in-memory-job-repository';
import { InMemoryLog } from '../../../../src/adapters/memory/in-memory-log';
import { InMemoryRequestMetrics } from '../../../../src/adapters/memory/in-memory-request-metrics';
import { InMemoryRequestTracing } from '../../../../src/adapters/memory/in-memory-request-tracing';
import { ManualClock } from '../../../../src/adapters/memory/manual-clock';
import { SequentialJobIds } from '../../../../src/adapters/memory/sequential-job-ids';
import { SettableReadiness } from '../../../../src/adapters/memory/settable-readiness';
import { GroupCommit } from '../../../../src/application/intake/batch-writer';
import { batchJobRepositoryContract } from '../../../contract/batch-job-repository.contract';
import { clockContract } from '../../../contract/clock.contract';
import { jobIdGeneratorContract } from '../../../contract/job-id-generator.contract';
import { jobRepositoryContract } from '../../../contract/job-repository.contract';
import { logContract } from '../../../contract/log.contract';
import { readinessProbeContract } from '../../../contract/readiness-probe.contract';
import { requestMetricsContract } from '../../../contract/request-metrics.contract';
import { requestTracingContract } from '../../../contract/request-tracing.contract';

describe('InMemoryJobRepository', () => {
  describe('as JobRepository', () => jobRepositoryContract(async () => new InMemoryJobRepository()));
  describe('as BatchJobRepository', () =>
    batchJobRepositoryContract(async () => new InMemoryJobRepository()));
});

describe('GroupCommit over InMemoryJobRepository', () => {
  const settings = { batchMax: 4, concurrency: 2, queueMax: 1_000, waitMaxMs: 30_000 };
  describe('as JobRepository', () =>
    jobRepositoryContract(async () => new GroupCommit(new InMemoryJobRepository(), settings)));
});

describe('SequentialJobIds', () => {
  jobIdGeneratorContract(() => new SequentialJobIds());

  it('starts with 1, so that a test can foretell them', () => {
    expect(new SequentialJobIds().next()).toBe('00000000-0000-7000-8000-000000000001');
  });
});

describe('ManualClock', () => {
  clockContract(() => new ManualClock());

  it('stands still until it is moved', () => {
    const clock = new ManualClock(new Date('2026-01-01T00:00:00.000Z'));
    expect(clock.now()).toEqual(clock.now());
    clock.advance(1_500);
    expect(clock.now()).toEqual(new Date('2026-01-01T00:00:01.500Z'));
  });
});

describe('InMemoryLog', () => {
  logContract(() => {
    const log = new InMemoryLog();
    return { log, lines: async () => log.lines };
  });
});

describe('SettableReadiness', () => {
  readinessProbeContract(async () => {
    const probe = new SettableReadiness();
    return {
      probe,
      cut: async () => {
        probe.answers = false;
      },
    };
  });
});

describe('InMemoryRequestMetrics', () => {
  requestMetricsContract(() => {
    const metrics = new InMemoryRequestMetrics();
    return { metrics, active: () => metrics.active, answered: () => metrics.exchanges.length };
  });
});

describe('InMemoryRequestTracing', () => requestTracingContract(() => new InMemoryRequestTracing()));
