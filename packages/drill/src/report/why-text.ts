import { createColors } from 'picocolors';
import { plain, plainLines } from './plain-text';
import { howOften, type RunCause } from './run-causes';
import { wrap } from './wrap';

/** How text is shown. */
export interface TextLook {
  /** In characters. */
  readonly width: number;
  readonly colours: ReturnType<typeof createColors>;
}

/** For pipes and files. */
export const PLAIN_LOOK: TextLook = { width: 100, colours: createColors(false) };

const INDENT = '  ';

/** The causes in words, a paragraph each. */
export function whyText(causes: readonly RunCause[], evidenceLines: number, look = PLAIN_LOOK): string {
  return causes.map((cause) => paragraph(cause, evidenceLines, look)).join('\n\n');
}

function paragraph(cause: RunCause, evidenceLines: number, { width, colours }: TextLook): string {
  const { bold, dim, red } = colours;
  const indented = (text: string, first = INDENT) =>
    wrap(plain(text), width - first.length).map((line, index) => (index === 0 ? first : INDENT) + line);
  const found = `${howOften(cause)} in ${cause.modes.join(', ')}`;
  return [
    ...wrap(plain(cause.title), width).map(bold),
    ...indented(found).map(red),
    ...indented(cause.explanation),
    ...evidenceOf(cause, evidenceLines).flatMap((line) => indented(line, `${INDENT}| `).map(dim)),
    ...indented(`Advice: ${cause.advice}`),
  ].join('\n');
}

/** At most so many lines of evidence; it may be of several lines itself. */
export function evidenceOf({ evidence }: Pick<RunCause, 'evidence'>, atMost: number): string[] {
  return evidence.flatMap(plainLines).slice(0, atMost);
}
