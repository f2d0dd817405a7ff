import { drainReportTable, logDrainReport } from '../adapters/observability/drain-report';
import { onFatalErrors, survivePipeErrors } from '../adapters/process/fatal-errors';
import { hearParent, notifyParent } from '../adapters/process/parent-channel';
import { onTerminationSignals, startedByNohup } from '../adapters/process/termination-signals';
import type { ShutdownReport } from '../application/lifecycle/shutdown-report';
import { StartInterrupted } from '../domain/lifecycle/errors';
import { TIME_BUDGET } from '../domain/lifecycle/time-budget';
import { InvalidConfig, readConfig } from './config';
import type { Module } from './module';
import { createService, type Service } from './service';

/**
 * Starts the service as `environment` has it, with its own modules or these, waits for the word to stop, stops it. Resolves with the exit code.
 *
 * Exit code 0: every request that was taken in was answered, and nothing that was acknowledged is missing; 1: something
 * failed or was forced, and the last line of the log says what.
 */
export async function run(environment: NodeJS.ProcessEnv, modules?: readonly Module[]): Promise<number> {
  survivePipeErrors();
  let service: Service;
  try {
    service = createService(readConfig(environment), modules);
  } catch (error) {
    process.stderr.write(
      `lastcall: ${error instanceof InvalidConfig ? error.message : (error as Error).stack}\n`,
    );
    return 1;
  }
  const { coordinator, log } = service;

  return new Promise((exit) => {
    let failed = false;
    let stopping = false;
    const drain = async (reason: string): Promise<number> => {
      const report = await coordinator.shutdown(reason);
      const exitCode = () => (failed || report.outcome !== 'clean' ? 1 : 0);
      await writeReport(service, report, exitCode());
      return exitCode();
    };
    const stop = (reason: string) => {
      if (stopping) return;
      stopping = true;
      drain(reason).then(exit, () => exit(1));
    };
    const fail = (reason: string) => {
      failed = true;
      stop(reason);
    };

    onTerminationSignals(
      {
        onStop: stop,
        onForce: (signal) => void forced(service, signal).then(() => exit(1)),
      },
      startedByNohup(environment) ? ['SIGHUP'] : [],
    );
    hearParent(stop);
    onFatalErrors((origin, error) => {
      log.error(origin, { err: error });
      fail(origin);
    });
    // Why it could not start is in the log already, with the name of the component.
    coordinator.start().then(notifyParent, (error) => {
      if (!(error instanceof StartInterrupted)) fail('the service could not start');
    });
  });
}

/** Somebody has lost patience: what is in flight is given up, in the database too. */
async function forced(service: Service, signal: string): Promise<void> {
  const inTime = AbortSignal.timeout(TIME_BUDGET.lastLineMs);
  await service.abandon(AbortSignal.timeout(TIME_BUDGET.abandonMs));
  service.log.last('exit forced by a further signal: what was in flight is lost', { signal });
  await service.log.flush(inTime);
}

/** The drain report: the last line of the log, or a table where a person is looking. */
async function writeReport({ log }: Service, report: ShutdownReport, exitCode: number): Promise<void> {
  if (process.stdout.isTTY) log.print(drainReportTable(report, exitCode));
  else logDrainReport(log, report, exitCode);
  await log.flush(AbortSignal.timeout(TIME_BUDGET.lastLineMs));
}
