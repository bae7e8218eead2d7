// The part of docs/reliability.md that the soak writes: between its two marks, from the JSON of a run.

import { fileURLToPath } from 'node:url';
import { markdownTable, writePart } from '@millrace/harness';
import { RESULT_FORMAT, type SoakResult } from './result.ts';
import { laneRows, measureCells, summaryOf } from './text.ts';

const PAGE = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url));

/** Throws where the file is no result, or the page has lost its marks. */
export function writePage(result: SoakResult): void {
  const format: string = result.format;
  if (format !== RESULT_FORMAT) throw new TypeError(`this is no ${RESULT_FORMAT}`);
  writePart(PAGE, 'soak', soakText(result));
}

export function soakText(result: SoakResult): string {
  const { environment, endedAt, faults, measures } = result;
  const { cpu, cores, kernel, node } = environment;
  return [
    `Ended ${endedAt.slice(0, 16).replace('T', ' ')} UTC, on ${cores} cores of ${cpu}, ${kernel}, Node.js ${node}.`,
    `${summaryOf(result)} ${faults.length === 0 ? '**Nothing lost, nothing grows.**' : `**Faults:** ${faults.join('; ')}.`}`,
    '',
    markdownTable(
      ['work', 'peak, records/s', 'asked for', 'done', 'records in all'],
      laneRows(result),
    ),
    markdownTable(
      ['what', 'judged over', 'for', 'early', 'late', 'trend', 'seen from', 'verdict'],
      measures.map(measureCells),
    ),
  ].join('\n');
}
