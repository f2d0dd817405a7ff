import 'reflect-metadata';
import { onFatalErrors, survivePipeErrors } from '../adapters/process/fatal-errors';
import { onTerminationSignals } from '../adapters/process/termination-signals';
import type { ShutdownReport } from '../application/shutdown-report';
import { StartInterrupted } from '../domain/errors';
import { InvalidConfig, readConfig } from './config';
import { createService, type Service } from './service';

/** How long the last line may wait for a reader that has stalled. */
const LAST_LINE_WITHIN_MS = 250;

void run().then(
  // The only way out: an exit code says whether everything that was taken in has been stored and answered.
  (exitCode) => process.exit(exitCode),
);

/** Starts the service, waits for the word to stop, stops it. Resolves with the exit code. */
async function run(): Promise<number> {
  survivePipeErrors();
  let service: Service;
  try {
    service = createService(readConfig(process.env));
  } catch (error) {
    process.stderr.write(
      `lastcall: ${error instanceof InvalidConfig ? error.message : (error as Error).stack}\n`,
    );
    return 1;
  }
  const { coordinator, log } = service;

  return new Promise((exit) => {
    let failed = false;
    const stop = async (reason: string) => {
      const report = await coordinator.shutdown(reason);
      const exitCode = failed || report.outcome !== 'clean' ? 1 : 0;
      await lastWords(service, report, exitCode);
      exit(exitCode);
    };
    const fail = (reason: string, error: unknown) => {
      failed = true;
      log.error(reason, { err: error });
      void stop(reason);
    };

    onTerminationSignals({
      onStop: (signal) => void stop(signal),
      onForce: (signal) => {
        log.error('exit forced by a further signal: what was in flight is lost', { signal });
        void log.flush(AbortSignal.timeout(LAST_LINE_WITHIN_MS)).then(() => exit(1));
      },
    });
    onFatalErrors(fail);
    coordinator.start().catch((error) => {
      if (!(error instanceof StartInterrupted)) fail('the service could not start', error);
    });
  });
}

/** The drain report: the last line of the log. */
async function lastWords({ log }: Service, report: ShutdownReport, exitCode: number): Promise<void> {
  const { reason, outcome, tookMs } = report;
  const components = report.components.map(({ name, outcome, tookMs, forced, figures, error }) => ({
    name,
    outcome,
    tookMs: Math.round(tookMs * 10) / 10,
    forced,
    ...figures,
    ...(error !== undefined && { error: String(error) }),
  }));
  const fields = {
    event: 'drain-report',
    exitCode,
    reason,
    outcome,
    tookMs: Math.round(tookMs * 10) / 10,
    components,
  };
  if (exitCode === 0) log.info('drain report', fields);
  else log.error('drain report', fields);
  await log.flush(AbortSignal.timeout(LAST_LINE_WITHIN_MS));
}
