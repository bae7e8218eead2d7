// The part of docs/reliability.md that the soak writes: between its two marks, from the JSON of a run.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RESULT_FORMAT, type SoakResult } from './result.ts';
import { laneRows, measureCells, summaryOf } from './text.ts';

const PAGE = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));
const BEGIN = '<!-- soak: begin -->';
const END = '<!-- soak: end -->';

/** Throws where the file is no result, or the page has lost its marks. */
export function writePage(result: SoakResult): void {
  const format: string = result.format;
  if (format !== RESULT_FORMAT) throw new TypeError(`this is no ${RESULT_FORMAT}`);
  writeFileSync(PAGE, withSoak(readFileSync(PAGE, 'utf8'), result));
}

export function withSoak(page: string, result: SoakResult): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} before ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${sectionOf(result)}\n${page.slice(end)}`;
}

function sectionOf(result: SoakResult): string {
  const { environment, endedAt, faults, measures } = result;
  const { cpu, cores, kernel, node } = environment;
  return [
    `Ended ${endedAt.slice(0, 16).replace('T', ' ')} UTC, on ${cores} cores of ${cpu}, ${kernel}, Node.js ${node}.`,
    `${summaryOf(result)} ${faults.length === 0 ? '**Nothing lost, nothing grows.**' : `**Faults:** ${faults.join('; ')}.`}`,
    '',
    table(['work', 'peak, records/s', 'asked for', 'done', 'records in all'], laneRows(result)),
    table(
      ['what', 'judged over', 'for', 'early', 'late', 'trend', 'seen from', 'verdict'],
      measures.map(measureCells),
    ),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
