import { type Measurement, series } from '../measurement';
import { spread, whole } from '../spread';
import type { Target } from '../targets';

const BAR_HEIGHT = 26;
const GAP = 10;
const LABEL_WIDTH = 210;
const BAR_WIDTH = 430;

/** An image on a web page follows the reader's colour scheme by itself, where it has both. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
.card { fill: #ffffff } .ours { fill: #0f766e } .peer { fill: #94a3b8 } .ceiling { fill: #cbd5e1 }
.quartiles { stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .card { fill: #0d1117 } .ours { fill: #2dd4bf } .peer { fill: #64748b }
  .ceiling { fill: #3d444d } .quartiles { stroke: #e6edf3 }
}
`;

/** Requests per second at one number of connections, as horizontal bars with their quartiles: an SVG that stands alone. */
export function throughputChart(
  measurements: readonly Measurement[],
  targets: readonly Target[],
  connections: number,
): string {
  const rates = targets
    .map((target) => ({
      target,
      rate: spread(series(measurements, target.name, connections, (m) => m.requestsPerSecond)),
    }))
    .filter(({ rate }) => !Number.isNaN(rate.median));
  const scale = BAR_WIDTH / Math.max(...rates.map(({ rate }) => rate.high));
  const bars = rates.map(({ target, rate }, index) => {
    const y = 40 + index * (BAR_HEIGHT + GAP);
    const middle = y + BAR_HEIGHT / 2;
    const x = (value: number) => (LABEL_WIDTH + value * scale).toFixed(1);
    return [
      `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${target.label}</text>`,
      `<rect class="${target.kind}" x="${LABEL_WIDTH}" y="${y}" width="${(rate.median * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>`,
      `<path class="quartiles" d="M${x(rate.low)} ${middle}H${x(rate.high)}"/>`,
      `<text x="${Number(x(rate.high)) + 8}" y="${middle + 4}">${whole(rate.median)}</text>`,
    ].join('');
  });
  const width = LABEL_WIDTH + BAR_WIDTH + 80;
  const height = 50 + rates.length * (BAR_HEIGHT + GAP);
  const title = `POST /work: jobs stored a second over ${connections} connections (median and quartiles of the rounds)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<style>${STYLE}</style>`,
    `<rect class="card" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="12" y="22">${title}</text>`,
    ...bars,
    '</svg>\n',
  ].join('\n');
}
