// Tables for people: aligned columns without lines, so that they also go through grep and awk. Knows no command.

import type { Output } from './output.ts';

export interface Column<R> {
  readonly head: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: R) => string;
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

const BOLD = '\u001B[1m';
const PLAIN = '\u001B[22m';

/** The rows under their heads; `empty` stands in for a table without rows. */
export async function table<R>(
  output: Output,
  columns: readonly Column<R>[],
  rows: readonly R[],
  empty: string,
): Promise<string> {
  if (rows.length === 0) return empty;
  const { default: Table } = await import('cli-table3');
  const lines = new Table({
    chars: NO_LINES,
    head: columns.map(({ head }) => (output.color ? `${BOLD}${head}${PLAIN}` : head)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) lines.push(columns.map(({ cell }) => cell(row)));
  return lines.toString().replace(/ +$/gm, '');
}

/** Name and value, a line each: one thing described. */
export async function properties(
  output: Output,
  pairs: readonly (readonly [name: string, value: string])[],
): Promise<string> {
  const width = Math.max(...pairs.map(([name]) => name.length));
  const lines = pairs.map(([name, value]) => {
    const padded = `${name}:`.padEnd(width + 2);
    return `${output.color ? `${BOLD}${padded}${PLAIN}` : padded}${value}`;
  });
  return lines.join('\n');
}
