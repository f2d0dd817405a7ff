import { formatSpread, ratio, type Spread, spread, whole } from '../spread';
import type { Target } from '../targets';
import { goalsTable, judge } from './goals';
import { markdownTable } from './markdown-table';

/** One server with a number of idle connections, in one round. */
export interface IdleMeasurement {
  readonly target: string;
  readonly connections: number;
  /** What all the connections together added to the resident memory. */
  readonly kib: number;
  readonly exitMs: number;
}

interface Contenders {
  readonly ours: Target;
  /** The like-for-like that the goals are held against. */
  readonly bare: Target;
  readonly subjects: readonly Target[];
}

const FEW = 1000;
const MANY = 10_000;

export function idleReport(measurements: readonly IdleMeasurement[], contenders: Contenders): string {
  const { ours, bare, subjects } = contenders;
  const values = ({ name }: Target, count: number, figure: (m: IdleMeasurement) => number) =>
    measurements.filter((m) => m.target === name && m.connections === count).map(figure);
  const levels = [...new Set(measurements.map(({ connections }) => connections))];

  const rows = levels.flatMap((count) =>
    subjects.map((subject) => {
      const each = spread(values(subject, count, (m) => m.kib / count));
      const exit = spread(values(subject, count, (m) => m.exitMs));
      return [
        count.toLocaleString('en-US'),
        subject.label,
        count === 0 ? '–' : formatSpread(each, onePlace),
        formatSpread(exit, whole),
      ];
    }),
  );
  const head = ['idle connections', 'server', 'KiB each (quartiles)', 'signal to exit ms (quartiles)'];

  const slope = (subject: Target): Spread =>
    spread(
      values(subject, MANY, (m) => m.kib).map(
        (many, round) => (many - (values(subject, FEW, (m) => m.kib)[round] ?? Number.NaN)) / (MANY - FEW),
      ),
    );
  const slopes = subjects.map((subject) => [subject.label, formatSpread(slope(subject), onePlace)]);
  const slopeHead = ['', `KiB for each connection from ${whole(FEW)} to ${whole(MANY)} (quartiles)`];

  const against = (figure: (m: IdleMeasurement) => number) => [
    { rival: bare.label, ratio: ratio(values(ours, MANY, figure), values(bare, MANY, figure)) },
  ];
  const goals = [
    judge(
      'memory at 10,000: ≤ 1.2 × node:http',
      { atMost: 1.2 },
      against((m) => m.kib),
    ),
    judge(
      'signal to exit at 10,000: ≤ 1.2 × node:http',
      { atMost: 1.2 },
      against((m) => m.exitMs),
    ),
  ];
  return [markdownTable(head, rows), markdownTable(slopeHead, slopes), goalsTable(goals)].join('\n\n');
}

function onePlace(value: number): string {
  return value.toFixed(1);
}
