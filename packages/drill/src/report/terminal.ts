import type { Outcome } from './outcome';
import { runCauses } from './run-causes';
import { terminalTable } from './table';
import { isFaultless, verdict } from './verdict';
import { PLAIN_LOOK, whyText } from './why-text';
import { wrap } from './wrap';

const EVIDENCE_LINES = 3;

/** What the drill prints when it has ended: the table, the verdict, and why. */
export function terminalReport({ setting, results }: Outcome, look = PLAIN_LOOK): string {
  const { bold, green, red } = look.colours;
  const colour = isFaultless(results) ? green : red;
  const sentence = wrap(verdict(results, setting), look.width).map((line) => bold(colour(line)));
  const causes = runCauses(results);
  const why = causes.length === 0 ? [] : ['', bold('Why'), '', whyText(causes, EVIDENCE_LINES, look)];
  return `${[terminalTable(results, look), ...sentence, ...why].join('\n')}\n`;
}
