import { isFault } from '../accounting/fate';
import type { TrialResult } from '../run/trial';
import { escapeHtml } from './escape';
import { FATE_LOOKS } from './fate-look';
import { type Bar, type Layout, layOut } from './timeline-layout';

const WIDTH = 1240;
const LEFT = 112;
const RIGHT = 14;
const MARK_ROW = 16;
const AXIS = 44;

/** All the space the drawing has for connections, in px; rows are 14 px at most and 3 at least. */
const LANES_HEIGHT = 470;

/**
 * The picture of one trial. Connections and bars lie in an inner svg whose user unit is a millisecond since the
 * signal, so that zooming is a change of its viewBox; the page's script draws what must not stretch (axis, marks).
 */
export function timelineSvg(trial: TrialResult): string {
  const layout = layOut(trial);
  const rowHeight = Math.max(3, Math.min(14, LANES_HEIGHT / Math.max(1, layout.rows)));
  const lanes = Math.max(40, layout.rows * rowHeight);
  const top = MARK_ROW * trial.marks.length + 10;
  const zero = trial.signalledAt;
  const from = layout.from - zero;
  const to = (layout.to - zero) * 1.03 + 2;
  const drain = layout.to - zero;
  const viewFrom = Math.max(from, -Math.max(30, drain * 0.5));
  const marks = trial.marks.map((mark) => ({ at: mark.at - zero, label: mark.label }));
  const exitAt = marks.find((mark) => mark.label === 'exit')?.at ?? drain;
  return `<svg class="plot" viewBox="0 0 ${WIDTH} ${top + lanes + AXIS}" role="img"
 aria-label="Every request of the trial over time" data-left="${LEFT}" data-right="${WIDTH - RIGHT}" data-top="${top}"
 data-lanes="${lanes}" data-from="${from}" data-to="${to}" data-view-from="${viewFrom}" data-view-to="${to}"
 data-mark-row="${MARK_ROW}" data-marks="${escapeHtml(JSON.stringify(marks))}"
 data-log="${escapeHtml(JSON.stringify(logDots(trial)))}">
<g class="client-labels">${clientLabels(layout, top, rowHeight)}</g>
<svg class="lanes" x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${lanes}"
 viewBox="${viewFrom} 0 ${to - viewFrom} ${lanes}" preserveAspectRatio="none">
<rect class="draining" x="0" y="0" width="${exitAt}" height="${lanes}"/>
<rect class="after-exit" x="${exitAt}" y="0" width="${to + 5000}" height="${lanes}"/>
${clientBands(layout, rowHeight, from - 5000, to + 10_000)}
${layout.lines.map((line) => connectionLine(line.from - zero, line.to - zero, line.row * rowHeight, rowHeight, line.span.end, line.span.connectedAt !== null)).join('\n')}
${barsOf(layout)
  .map((bar) => barRects(bar, zero, rowHeight))
  .join('\n')}
</svg>
<g class="overlay"></g>
</svg>`;
}

/** Faults last, so that nothing hides them. */
function barsOf(layout: Layout): Bar[] {
  return [...layout.bars].sort((a, b) => Number(isFault(a.request.fate)) - Number(isFault(b.request.fate)));
}

const LABEL_HEIGHT = 12;

/** As many of the clients' names as there is room for. */
function clientLabels(layout: Layout, top: number, rowHeight: number): string {
  let freeFrom = Number.NEGATIVE_INFINITY;
  return layout.clientRows
    .map(({ client, row }) => {
      const y = top + row * rowHeight + Math.min(10, Math.max(6, rowHeight * 0.8));
      if (y < freeFrom) return '';
      freeFrom = y + LABEL_HEIGHT;
      return `<text x="${LEFT - 8}" y="${y.toFixed(1)}">client ${client + 1}</text>`;
    })
    .join('');
}

function clientBands(layout: Layout, rowHeight: number, from: number, to: number): string {
  return layout.clientRows
    .map(({ row }, index) => {
      const next = layout.clientRows[index + 1]?.row ?? layout.rows;
      const shade = index % 2 === 0 ? 'even' : 'odd';
      return `<rect class="band ${shade}" x="${from}" y="${row * rowHeight}" width="${to - from}" height="${(next - row) * rowHeight}"/>`;
    })
    .join('');
}

function connectionLine(
  from: number,
  to: number,
  y: number,
  height: number,
  end: string | null,
  open: boolean,
): string {
  if (!open) return '';
  const kind = end === 'FIN' || end === 'client' ? 'orderly' : 'broken';
  const middle = (y + height / 2).toFixed(1);
  const cap = height * 0.28;
  return `<path class="connection ${kind}" d="M${ms(from)} ${middle}H${ms(to)}M${ms(to)} ${(y + height / 2 - cap).toFixed(1)}v${(cap * 2).toFixed(1)}"/>`;
}

function barRects(bar: Bar, zero: number, rowHeight: number): string {
  const { seen, fate } = bar.request;
  const room = rowHeight * 0.72;
  const height = room / bar.slots;
  const y = (bar.row * rowHeight + (rowHeight - room) / 2 + bar.slot * height).toFixed(1);
  const tall = Math.max(1, height * (bar.slots > 1 ? 0.8 : 1)).toFixed(1);
  const { index } = bar;
  const dark = fate === 'answered' && seen.status === 503 ? ' dark' : '';
  const colour = FATE_LOOKS[fate].colour;
  const whole = `<rect class="bar${dark}" data-fate="${fate}" data-request="${index}" style="--fate:${colour}" x="${ms(bar.from - zero)}" y="${y}" width="${ms(bar.to - bar.from)}" height="${tall}"/>`;
  const sending = (seen.allBytesAt ?? bar.to) - (seen.firstByteAt ?? bar.to);
  if (sending < 2) return whole;
  const at = (seen.firstByteAt ?? bar.from) - zero;
  return `${whole}<rect class="sending" x="${ms(at)}" y="${y}" width="${ms(sending)}" height="${tall}"/>`;
}

function ms(value: number): string {
  return value.toFixed(2);
}

/** The server's own log lines since the signal. */
function logDots(trial: TrialResult): { at: number; text: string }[] {
  return trial.log
    .filter((line) => line.at >= trial.signalledAt)
    .slice(0, 60)
    .map((line) => ({ at: line.at - trial.signalledAt, text: message(line.text) }));
}

/** The message of a JSON log line, or the line as it is. */
export function message(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch {
    return line;
  }
}
