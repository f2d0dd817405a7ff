import type { Accounted } from '../accounting/account';
import type { ConnectionSpan } from '../client/recorder';
import type { TrialResult } from '../run/trial';
import { groupBy, pack } from './packing';

/** A request's bar. `slot` of `slots` is its share of the connection's line, where pipelined requests overlap. */
export interface Bar {
  readonly request: Accounted;
  /** Its place among the trial's requests. */
  readonly index: number;
  readonly row: number;
  readonly slot: number;
  readonly slots: number;
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly span: ConnectionSpan;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

export interface Layout {
  readonly rows: number;
  /** The first row of each client. */
  readonly clientRows: readonly { client: number; row: number }[];
  readonly lines: readonly Line[];
  readonly bars: readonly Bar[];
  readonly from: number;
  readonly to: number;
}

/** Places every connection and every request of a trial. A client's connections share a line when they don't overlap. */
export function layOut(trial: TrialResult): Layout {
  const to = endOf(trial);
  const lines: Line[] = [];
  const clientRows: { client: number; row: number }[] = [];
  let rows = 0;
  const byClient = groupBy(trial.connections, (span) => span.client);
  for (const [client, spans] of [...byClient].sort(([a], [b]) => a - b)) {
    const ends = spans.map((span) => ({ from: span.openedAt, to: span.endedAt ?? to }));
    const packed = pack(ends);
    clientRows.push({ client, row: rows });
    spans.forEach((span, index) => {
      lines.push({ span, row: rows + (packed.rows[index] ?? 0), ...(ends[index] ?? { from: 0, to }) });
    });
    rows += packed.count;
  }
  const from = Math.min(trial.signalledAt, ...trial.connections.slice(0, 200).map((span) => span.openedAt));
  return { rows, clientRows, lines, bars: placeBars(trial, lines, to), from, to };
}

function placeBars(trial: TrialResult, lines: readonly Line[], end: number): Bar[] {
  const rowOf = new Map(lines.map((line) => [line.span.id, line.row]));
  const indexOf = new Map(trial.account.requests.map((request, index) => [request, index]));
  const bars: Bar[] = [];
  for (const [connection, requests] of groupBy(trial.account.requests, ({ seen }) => seen.connection)) {
    const spans = requests.map(({ seen }) => ({ from: seen.startedAt, to: seen.endedAt ?? end }));
    const packed = pack(spans);
    requests.forEach((request, index) => {
      const span = spans[index] ?? { from: 0, to: 0 };
      const row = connection === null ? 0 : (rowOf.get(connection) ?? 0);
      bars.push({
        request,
        index: indexOf.get(request) ?? 0,
        row,
        slot: packed.rows[index] ?? 0,
        slots: packed.count,
        ...span,
      });
    });
  }
  return bars;
}

function endOf(trial: TrialResult): number {
  const ends = [
    ...trial.marks.map((mark) => mark.at),
    ...trial.connections.map((span) => span.endedAt ?? span.openedAt),
    ...trial.account.requests.map(({ seen }) => seen.endedAt ?? seen.startedAt),
  ];
  return ends.reduce((latest, at) => Math.max(latest, at), trial.signalledAt + 1);
}
