// What a demo or a scenario claims, checked: one row a claim, with what was expected, what was found, and whether it holds.

import Table from 'cli-table3';

export interface Check {
  readonly claim: string;
  /** Compared as it is: counts are exact, texts are equal. */
  readonly expected: number | string;
  readonly found: number | string;
}

export interface Rate {
  readonly work: string;
  readonly count: number;
  readonly seconds: number;
}

export function holds({ expected, found }: Check): boolean {
  return expected === found;
}

const shown = (value: number | string): string =>
  typeof value === 'string' ? value : Math.round(value).toLocaleString('en-US');

export function checksTable(checks: readonly Check[]): string {
  const table = new Table({
    head: ['claim', 'expected', 'found', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const check of checks) {
    const { claim, expected, found } = check;
    table.push([claim, shown(expected), shown(found), holds(check) ? 'ok' : 'WRONG']);
  }
  return table.toString();
}

export function ratesTable(rates: readonly Rate[]): string {
  const table = new Table({
    head: ['work', 'messages', 'seconds', 'messages/s'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { work, count, seconds } of rates) {
    table.push([work, shown(count), seconds.toFixed(2), shown(count / seconds)]);
  }
  return table.toString();
}
