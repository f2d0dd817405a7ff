import type { ComponentReport, ShutdownReport } from '../../application/lifecycle/shutdown-report';
import type { Log } from '../../application/ports/log';
import { inTenths, tenths } from '../../application/ports/log';

/** The account of the whole shutdown as one line, the last of the log. Its fields are in docs/logs.md. */
export function logDrainReport(log: Log, report: ShutdownReport, exitCode: number): void {
  const { reason, outcome, tookMs } = report;
  const components = report.components.map(({ name, outcome, tookMs, forced, figures, error }) => ({
    name,
    outcome,
    tookMs: tenths(tookMs),
    forced,
    ...inTenths(figures),
    ...(error !== undefined && { error: String(error) }),
  }));
  const fields = { event: 'drain-report', exitCode, reason, outcome, tookMs: tenths(tookMs), components };
  if (exitCode === 0) log.info('drain report', fields);
  else log.error('drain report', fields);
}

/** The same for a person at a terminal; ends with a line feed. */
export function drainReportTable(report: ShutdownReport, exitCode: number): string {
  const { reason, outcome, tookMs, components } = report;
  const rows = [
    ['component', 'outcome', 'took', 'forced', 'figures'],
    ...components.map((component) => [
      component.name,
      component.outcome,
      `${tenths(component.tookMs)} ms`,
      String(component.forced),
      remarks(component),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name = '', outcome = '', took = '', forced = '', figures = '']) =>
    [
      name.padEnd(widths[0] ?? 0),
      outcome.padEnd(widths[1] ?? 0),
      took.padStart(widths[2] ?? 0),
      forced.padStart(widths[3] ?? 0),
      figures,
    ].join('  '),
  );
  const title = `drain report: ${outcome} after ${tenths(tookMs)} ms (${reason}), exit code ${exitCode}`;
  return `\n${[title, ...lines].map((line) => line.trimEnd()).join('\n')}\n`;
}

/** What is not 0, and the error. */
function remarks({ figures, error }: ComponentReport): string {
  const shown = Object.entries(figures).filter(([, value]) => value !== 0);
  const texts = shown.map(([name, value]) => `${name} ${tenths(value)}`);
  return [...texts, ...(error === undefined ? [] : [String(error)])].join(', ');
}
