// Scaling curves as tables: a column for each point, a row for each work.

import { markdownTable } from '@millrace/harness';
import { formatCount } from '../../format.ts';
import type { Curve } from '../../results/results.ts';
import { scalingSentence, sizeSentence } from '../reading/scaling.ts';
import { figureText } from './figure-text.ts';

export function scalingPart(curves: readonly Curve[]): string {
  const parts = curves.map(curvePart);
  return ['Records a second, each point on a fresh broker.', ...parts].join('\n\n');
}

function curvePart({ curve, about, series }: Curve): string {
  const all = series.flatMap(({ points }) => points.map(({ at }) => at));
  const places = [...new Set(all)].toSorted((a, b) => a - b);
  const rows = series.map(({ workload, points }) => [
    `\`${workload}\``,
    ...places.map((place) => {
      const found = points.find(({ at }) => at === place);
      return found === undefined ? '' : figureText(found.recordsPerSecond.median);
    }),
  ]);
  const sentence = curve === 'record-size' ? sizeSentence : scalingSentence;
  const reading = series.map((line) => `- ${sentence(line)}`).join('\n');
  return `${markdownTable([about, ...places.map(formatCount)], rows)}\n${reading}`;
}
