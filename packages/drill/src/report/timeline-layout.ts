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
  for (const client of clientsOf(trial)) {
    const spans = byClient.get(client) ?? [];
    const ends = spans.map((span) => ({ from: span.openedAt, to: span.endedAt ?? to }));
    const packed = pack(ends);
    clientRows.push({ client, row: rows });
    spans.forEach((span, index) => {
      lines.push({ span, row: rows + (packed.rows[index] ?? 0), ...(ends[index] ?? { from: 0, to }) });
    });
    // A library that hides its connections leaves only requests: they get a line of their own.
    rows += Math.max(1, packed.count);
  }
  const begins = trial.account.requests.slice(0, 200).map(({ seen }) => seen.startedAt);
  for (const { openedAt } of trial.connections.slice(0, 200)) begins.push(openedAt);
  return {
    rows,
    clientRows,
    lines,
    bars: placeBars(trial, lines, clientRows, to),
    from: Math.min(trial.signalledAt, ...begins),
    to,
  };
}

function clientsOf(trial: TrialResult): number[] {
  const clients = new Set(trial.connections.map((span) => span.client));
  for (const { seen } of trial.account.requests) clients.add(seen.client);
  return [...clients].sort((a, b) => a - b);
}

function placeBars(
  trial: TrialResult,
  lines: readonly Line[],
  clientRows: Layout['clientRows'],
  end: number,
): Bar[] {
  const rowOf = new Map(lines.map((line) => [line.span.id, line.row]));
  const rowOfClient = new Map(clientRows.map(({ client, row }) => [client, row]));
  const indexOf = new Map(trial.account.requests.map((request, index) => [request, index]));
  const bars: Bar[] = [];
  const lineOf = ({ seen }: Accounted) =>
    seen.connection === null ? (rowOfClient.get(seen.client) ?? 0) : (rowOf.get(seen.connection) ?? 0);
  const togetherOn = ({ seen }: Accounted) =>
    seen.connection === null ? `client ${seen.client}` : seen.connection;
  for (const requests of groupBy(trial.account.requests, togetherOn).values()) {
    const spans = requests.map(({ seen }) => ({ from: seen.startedAt, to: seen.endedAt ?? end }));
    const packed = pack(spans);
    requests.forEach((request, index) => {
      const place = { row: lineOf(request), slot: packed.rows[index] ?? 0, slots: packed.count };
      bars.push({
        request,
        index: indexOf.get(request) ?? 0,
        ...place,
        ...(spans[index] ?? { from: 0, to: 0 }),
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
