import { escapeHtml } from '../../packages/drill/src/report/escape';
import { FATE_LOOKS } from '../../packages/drill/src/report/fate-look';
import { lostIn, type PairResult, type PeerResult } from './comparison';

const LEFT = 190;
const PANEL = 250;
const GAP = 40;
const ROW = 26;
const TOP = 74;
const SPACE = 12;

/** The pairs, one below the other; the second of each says by what it differs. */
export function pairsSvg(pairs: readonly PairResult[]): string {
  const rows = pairs.flatMap(({ pair, without, with: drained }) => [
    without,
    { ...drained, peer: { ...drained.peer, name: pair.by } },
  ]);
  return comparisonSvg(rows, 2);
}

/**
 * One picture: for each server and load, how many requests a SIGTERM costs. It carries its own white ground.
 * @param together how many rows stand together
 */
export function comparisonSvg(peers: readonly PeerResult[], together = peers.length): string {
  const top = (row: number) => TOP + row * ROW + Math.floor(row / together) * SPACE;
  const modes = peers[0]?.results.map(({ mode }) => mode.title) ?? [];
  const clients = peers[0]?.results[0]?.clients ?? 0;
  const most = Math.max(
    1,
    ...peers.flatMap(({ results }) => results.map((result) => lostIn(result) / result.trials)),
  );
  const width = LEFT + modes.length * (PANEL + GAP);
  const bottom = top(peers.length - 1) + ROW;
  const height = bottom + 40;
  const scale = (value: number) => (value / most) * (PANEL - 46);
  const panels = modes.map((title, index) => {
    const x = LEFT + index * (PANEL + GAP);
    const rows = peers.map(({ results }, row) => bar(results[index], x, top(row), scale));
    return `<text class="mode" x="${x}" y="${TOP - 16}">${escapeHtml(title)}</text>
<path class="base" d="M${x} ${TOP - 6}V${bottom}"/>${rows.join('')}`;
  });
  const names = peers.map(({ peer }, row) => {
    const ours = peer.isOurs === true ? ' class="ours"' : '';
    return `<text${ours} x="${LEFT - 12}" y="${top(row) + 16}" text-anchor="end">${escapeHtml(peer.name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Requests lost at each SIGTERM">
<style>text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1d2530}.title{font-size:16px;font-weight:600}
.mode{font-weight:600;font-size:12.5px}.ours{font-weight:700}.note{fill:#5d6875;font-size:11.5px}.none{fill:#227a58;font-weight:700}.base{stroke:#b4bcc6}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
<text class="title" x="16" y="28">Requests lost at each SIGTERM, ${clients} clients</text>
${names.join('\n')}
${panels.join('\n')}
${legend(height - 14)}
</svg>
`;
}

function bar(
  result: PeerResult['results'][number] | undefined,
  x: number,
  y: number,
  scale: (n: number) => number,
): string {
  if (result === undefined || result.trials === 0) return '';
  const lost = result.counts.lost / result.trials;
  const phantom = result.counts.phantom / result.trials;
  const total = lost + phantom;
  if (total === 0) return `<text class="none" x="${x + 6}" y="${y + 16}">0</text>`;
  const first = Math.max(1, scale(lost));
  const second = scale(phantom);
  const text = total < 10 ? total.toFixed(total < 1 ? 2 : 1) : total.toFixed(0);
  return `<rect x="${x}" y="${y + 3}" width="${first.toFixed(1)}" height="${ROW - 8}" fill="${FATE_LOOKS.lost.colour}"/>
<rect x="${(x + first).toFixed(1)}" y="${y + 3}" width="${second.toFixed(1)}" height="${ROW - 8}" fill="${FATE_LOOKS.phantom.colour}"/>
<text x="${(x + first + second + 6).toFixed(1)}" y="${y + 16}">${text}</text>`;
}

function legend(y: number): string {
  const entry = (x: number, colour: string, text: string) =>
    `<rect x="${x}" y="${y - 10}" width="11" height="11" fill="${colour}"/><text class="note" x="${x + 17}" y="${y}">${text}</text>`;
  return (
    entry(LEFT, FATE_LOOKS.lost.colour, 'bytes were written, no complete answer') +
    entry(LEFT + 260, FATE_LOOKS.phantom.colour, 'the same, and the row was inserted')
  );
}
