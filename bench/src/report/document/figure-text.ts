// A figure of a run is good for three or four digits.

import { formatFigure } from '../../format.ts';

/** `1,221,000`, `0.244`. */
export function figureText(value: number): string {
  return formatFigure(Number(value.toPrecision(value >= 1_000 ? 4 : 3)));
}
