// What a profile says, for people: the functions that took most time themselves, and the time by package.

import { tableText } from '../report/table-text.ts';
import {
  type CpuProfile,
  type FunctionTime,
  functionTimesOf,
  NOT_WORK,
  ownerTimesOf,
} from './cpu-profile.ts';

const ROWS_MAX = 20;

export function profileText(side: string, profile: CpuProfile): string {
  const functions = functionTimesOf(profile);
  const busy = functions.filter(({ owner }) => !NOT_WORK.includes(owner));
  const busyUs = sumOf(busy);
  const rows = busy.slice(0, ROWS_MAX).map(({ selfUs, name, place, owner }) => {
    return [ms(selfUs), share(selfUs, busyUs), name, owner, place];
  });
  const owners = ownerTimesOf(functions).map(([owner, selfUs]) => {
    return [ms(selfUs), NOT_WORK.includes(owner) ? '' : share(selfUs, busyUs), owner];
  });
  return [
    `${side}: busy for ${ms(busyUs)} of ${ms(sumOf(functions))} ms`,
    tableText(['self ms', 'of busy', 'function', 'package', 'file'], rows, [2, 3, 4]),
    tableText(['self ms', 'of busy', 'package'], owners, [2]),
  ].join('\n\n');
}

function sumOf(functions: readonly FunctionTime[]): number {
  return functions.reduce((sum, { selfUs }) => sum + selfUs, 0);
}

function ms(us: number): string {
  return (us / 1_000).toFixed(0);
}

function share(us: number, of: number): string {
  return `${((100 * us) / Math.max(1, of)).toFixed(1)} %`;
}
