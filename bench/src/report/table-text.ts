// A table for a terminal: names to the left, figures to the right, no lines.

import Table from 'cli-table3';

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

/** Columns of words, by their place; the first is one unless others are named. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  wordsAt: readonly number[] = [0],
): string {
  const table = new Table({
    chars: NO_LINES,
    head: [...head],
    colAligns: head.map((_, at) => (wordsAt.includes(at) ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/ +$/gm, '');
}
