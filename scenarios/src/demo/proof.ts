// What the demo claims, checked: one row a claim, with what was expected, what was found, and whether it holds.

import Table from 'cli-table3';

export interface Claim {
  readonly claim: string;
  readonly expected: number;
  readonly found: number;
}

export interface Rate {
  readonly work: string;
  readonly count: number;
  readonly seconds: number;
}

export function holds({ expected, found }: Claim): boolean {
  return expected === found;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

export function claimsTable(claims: readonly Claim[]): string {
  const table = new Table({
    head: ['claim', 'expected', 'found', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const claim of claims) {
    table.push([
      claim.claim,
      number(claim.expected),
      number(claim.found),
      holds(claim) ? 'ok' : 'WRONG',
    ]);
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
    table.push([work, number(count), seconds.toFixed(2), number(count / seconds)]);
  }
  return table.toString();
}
