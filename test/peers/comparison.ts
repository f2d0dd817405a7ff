import type { ModeResult } from '../../packages/drill/src/run/mode-result';
import type { Peer } from './catalogue';
import type { Pair } from './pairs';

/** One server's results, a mode each. */
export interface PeerResult {
  readonly peer: Peer;
  readonly results: readonly ModeResult[];
}

/** The same server twice. */
export interface PairResult {
  readonly pair: Pair;
  readonly without: PeerResult;
  readonly with: PeerResult;
}

/** Requests whose bytes were written and that were not answered, with and without a row. */
export function lostIn(result: ModeResult): number {
  return result.counts.lost + result.counts.phantom;
}

/** The table for the README. A cell: trials with a fault of all trials, and what was lost in them. */
export function markdownTable(peers: readonly PeerResult[]): string {
  const modes = peers[0]?.results.map(({ mode }) => mode.title) ?? [];
  const lines = [`| | ${modes.join(' | ')} |`, `| --- |${modes.map(() => ' --- |').join('')}`];
  for (const { peer, results } of peers) {
    const name = peer.isOurs === true ? `**${peer.name}**` : peer.name;
    lines.push(`| ${name} | ${results.map((result) => cell(result, peer)).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same cells, those of a pair side by side. */
export function pairsTable(pairs: readonly PairResult[]): string {
  const modes = pairs[0]?.without.results.map(({ mode }) => mode.title) ?? [];
  const heads = modes.map((title) => ` ${title}, without | with |`);
  const lines = [
    `| server | the package by |${heads.join('')}`,
    `| --- | --- |${modes.map(() => ' --- | --- |').join('')}`,
  ];
  for (const { pair, without, with: drained } of pairs) {
    const cells = without.results.map((result, index) => {
      const other = drained.results[index];
      return ` ${cell(result, without.peer)} | ${other === undefined ? '' : cell(other, drained.peer)} |`;
    });
    lines.push(`| ${pair.name} | \`${pair.by}\` |${cells.join('')}`);
  }
  return `${lines.join('\n')}\n`;
}

function cell(result: ModeResult, peer: Peer): string {
  const { counts, trials, trialsWithFault, badExits } = result;
  const notes = [
    counts.phantom > 0 ? `${counts.phantom} with a row` : '',
    counts.rejected > 0 ? `${counts.rejected} answered 503 or 4xx` : '',
    counts.failed > 0 ? `${counts.failed} answered 500` : '',
    counts.missing > 0 ? `${counts.missing} told 201 without a row` : '',
    badExits > 0 ? `${badExits} exits not 0 in time` : '',
  ].filter((note) => note !== '');
  const figures = `${trialsWithFault}/${trials}, ${lostIn(result)} lost`;
  const text = peer.isOurs === true ? `**${figures}**` : figures;
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}
