import { type Measurement, spread } from '../measurement';
import type { Target } from '../targets';

const BAR_HEIGHT = 26;
const GAP = 10;
const LABEL_WIDTH = 210;
const BAR_WIDTH = 430;
const COLOURS = { ours: '#0f766e', peer: '#94a3b8', ceiling: '#cbd5e1' } as const;

/** Requests per second at one number of connections, as horizontal bars with their quartiles: an SVG that stands alone. */
export function throughputChart(
  measurements: readonly Measurement[],
  targets: readonly Target[],
  connections: number,
): string {
  const rates = targets.map((target) =>
    spread(
      measurements
        .filter((m) => m.target === target.name && m.connections === connections)
        .map((m) => m.requestsPerSecond),
    ),
  );
  const scale = BAR_WIDTH / Math.max(...rates.map(({ high }) => high));
  const bars = targets.map((target, index) => {
    const rate = rates[index] as (typeof rates)[number];
    const y = 40 + index * (BAR_HEIGHT + GAP);
    const middle = y + BAR_HEIGHT / 2;
    const x = (value: number) => (LABEL_WIDTH + value * scale).toFixed(1);
    return [
      `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${target.label}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${(rate.median * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="3" fill="${COLOURS[target.kind]}"/>`,
      `<path d="M${x(rate.low)} ${middle}H${x(rate.high)}" stroke="#1e293b" stroke-width="1.5"/>`,
      `<text x="${Number(x(rate.high)) + 8}" y="${middle + 4}">${Math.round(rate.median).toLocaleString('en-US')}</text>`,
    ].join('');
  });
  const width = LABEL_WIDTH + BAR_WIDTH + 80;
  const height = 50 + targets.length * (BAR_HEIGHT + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1e293b">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="22" font-weight="600">POST /work: jobs stored a second over ${connections} connections (median of the rounds, quartiles)</text>`,
    ...bars,
    '</svg>\n',
  ].join('\n');
}
