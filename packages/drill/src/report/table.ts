import Table from 'cli-table3';
import type { ModeResult } from '../run/mode-result';
import { COLUMNS, type Column, usedColumns } from './columns';
import { PLAIN_LOOK, type TextLook } from './why-text';

/** The result for the terminal. Where it is too wide, columns of zeros are left out. */
export function terminalTable(results: readonly ModeResult[], look = PLAIN_LOOK): string {
  const used = usedColumns(COLUMNS, results);
  const usual = COLUMNS.filter((column) => column.optional !== true || used.includes(column));
  return widthOf(tableOf(usual, results, PLAIN_LOOK)) <= look.width
    ? tableOf(usual, results, look)
    : tableOf(used, results, look);
}

function tableOf(columns: readonly Column[], results: readonly ModeResult[], { colours }: TextLook): string {
  const table = new Table({
    head: columns.map((column) => column.head),
    style: { head: [], border: [], compact: true },
    colAligns: columns.map((_, index) => (index === 0 ? 'left' : 'right')),
  });
  for (const result of results)
    table.push(
      columns.map(({ cell, isFault }) => {
        const value = cell(result);
        if (isFault !== true) return value;
        return value === 0 ? colours.dim(value) : colours.red(value);
      }),
    );
  return table.toString();
}

function widthOf(table: string): number {
  return Math.max(...table.split('\n').map((line) => line.length));
}
