import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import type { Job } from '../../../../src/domain/jobs/job';
import { clockContract } from '../../../contract/clock.contract';
import { idGeneratorContract } from '../../../contract/id-generator.contract';
import { intakeContract } from '../../../contract/intake.contract';
import { intakeOver, SMALL_BATCHES } from '../../../contract/jobs';
import { logContract } from '../../../contract/log.contract';
import { readinessProbeContract } from '../../../contract/readiness-probe.contract';
import { repositoryContract } from '../../../contract/repository.contract';
import { requestMetricsContract } from '../../../contract/request-metrics.contract';
import { requestTracingContract } from '../../../contract/request-tracing.contract';
import { InMemoryLog } from '../../../doubles/in-memory-log';
import { InMemoryRequestMetrics } from '../../../doubles/in-memory-request-metrics';
import { InMemoryRequestTracing } from '../../../doubles/in-memory-request-tracing';
import { ManualClock } from '../../../doubles/manual-clock';
import { SequentialIds } from '../../../doubles/sequential-ids';
import { SettableReadiness } from '../../../doubles/settable-readiness';

describe('InMemoryRepository', () => {
  repositoryContract(async () => new InMemoryRepository<Job>());
  describe('behind a writer and a reader', () => {
    intakeContract(async () => intakeOver(new InMemoryRepository<Job>(), SMALL_BATCHES));
  });
});

describe('SequentialIds', () => {
  idGeneratorContract(() => new SequentialIds());

  it('starts with 1, so that a test can foretell them', () => {
    expect(new SequentialIds().next()).toBe('00000000-0000-7000-8000-000000000001');
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
