// Results of scenarios as people read them.

import Table from 'cli-table3';
import { checksTable } from '../proof.ts';
import type { Scenario } from '../stage/scenario.ts';
import type { ScenarioResult } from './play-scenario.ts';

export function headingOf({ title, claim }: Scenario, via: string): string {
  return `${title} (${via})\n${claim}\n`;
}

export function textOf({ checks, error, ok, seconds, directory }: ScenarioResult): string {
  return [
    ...(checks.length === 0 ? [] : ['', checksTable(checks)]),
    ...(error === null ? [] : ['', `It was not played to its end: ${error}`]),
    ...(directory === null ? [] : [`Its data are in ${directory}`]),
    `${ok ? 'Proven' : 'NOT PROVEN'} in ${seconds.toFixed(1)} s.`,
  ].join('\n');
}

/** Of so many that were to be played; fewer were where somebody interrupted. */
export function summaryOf(
  results: readonly Pick<ScenarioResult, 'scenario' | 'via' | 'checks' | 'seconds' | 'ok'>[],
  planned: number,
): string {
  const table = plainTable(['scenario', 'via', 'checks', 'seconds', '']);
  for (const { scenario, via, checks, seconds, ok } of results) {
    const good = checks.filter((check) => check.holds).length;
    table.push([scenario, via, `${good}/${checks.length}`, seconds.toFixed(1), verdict(ok)]);
  }
  const unproven = planned - results.filter(({ ok }) => ok).length;
  const unplayed = planned - results.length;
  const why = unplayed === 0 ? '' : `, of which ${unplayed} were not played`;
  const end =
    unproven === 0 ? 'All are proven.' : `${unproven} of ${planned} are not proven${why}.`;
  return `${table.toString()}\n${end}`;
}

export function listOf(scenarios: readonly Scenario[]): string {
  const table = plainTable(['scenario', 'speed', 'via', 'claim']);
  for (const { name, speed, via, claim } of scenarios)
    table.push([name, speed, via.join(', '), claim]);
  return table.toString();
}

/** One look or one check of `preflight` and `validate`. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
}

export function findingText({ what, ok, found }: Finding): string {
  return `${ok ? 'ok    ' : 'FAILED'}  ${what}: ${found}`;
}

function verdict(ok: boolean): string {
  return ok ? 'proven' : 'NOT PROVEN';
}

function plainTable(head: string[]): InstanceType<typeof Table> {
  return new Table({
    head,
    colWidths: head.at(-1) === 'claim' ? [null, null, null, 80] : [],
    wordWrap: true,
    style: { head: [], border: [] },
  });
}
