// Neighbouring offsets as people write them: `5`, `5-20` (both included).

import { usage } from '../errors/cli-error.ts';

export interface OffsetRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export function parseOffsetRange(text: string): OffsetRange {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
  const range = { firstOffset: Number(first), lastOffset: Number(last) };
  if (first === '') throw usage(`'${text}' is not an offset or a range: write 5, or 5-20`);
  if (!Number.isSafeInteger(range.firstOffset) || !Number.isSafeInteger(range.lastOffset)) {
    throw usage(`'${text}' is too large an offset`);
  }
  if (range.lastOffset < range.firstOffset) throw usage(`'${text}' ends before it begins`);
  return range;
}
