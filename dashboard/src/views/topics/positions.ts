// Where groups stand in a partition, as lengths of a bar. Pure: it draws nothing.

export interface Bounds {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface ConsumerPlace {
  readonly partition: number;
  /** The next offset to read; null: none committed. */
  readonly offset: number | null;
  readonly lag: number;
}

export interface SharePlace {
  readonly partition: number;
  readonly firstUnresolvedOffset: number;
  /** The next offset that was never delivered. */
  readonly cursor: number;
  readonly unresolved: number;
}

/** `done`: nothing more comes of it. `working`: delivered, some of it not finished. `ahead`: not read or delivered yet. */
export type PartKind = 'done' | 'working' | 'ahead';

export interface Part {
  readonly kind: PartKind;
  readonly from: number;
  readonly to: number;
  /** Of the width of the bar. */
  readonly x: number;
  readonly width: number;
}

export const BAR_WIDTH = 1_000;
/** What is there at all is seen, however long the log is. */
const PART_MIN = 6;

/** The bar of a group that commits offsets. */
export function consumerParts(bounds: Bounds, { offset }: ConsumerPlace): readonly Part[] {
  const at = within(bounds, offset ?? bounds.startOffset);
  return laidOut(bounds, [
    ['done', bounds.startOffset, at],
    ['ahead', at, bounds.endOffset],
  ]);
}

/** The bar of a share group: before the first unresolved message all is finished, from the cursor on nothing was delivered. */
export function shareParts(bounds: Bounds, place: SharePlace): readonly Part[] {
  const floor = within(bounds, place.firstUnresolvedOffset);
  const cursor = Math.max(floor, within(bounds, place.cursor));
  return laidOut(bounds, [
    ['done', bounds.startOffset, floor],
    ['working', floor, cursor],
    ['ahead', cursor, bounds.endOffset],
  ]);
}

function within({ startOffset, endOffset }: Bounds, offset: number): number {
  return Math.max(startOffset, Math.min(endOffset, offset));
}

type Stretch = readonly [kind: PartKind, from: number, to: number];

/** Lengths by offsets, but none of them too short to be seen: the longest one gives the room. */
function laidOut({ startOffset, endOffset }: Bounds, stretches: readonly Stretch[]): Part[] {
  const present = stretches.filter(([, from, to]) => to > from);
  const whole = endOffset - startOffset;
  const widths = present.map(([, from, to]) => {
    return Math.max(PART_MIN, ((to - from) / whole) * BAR_WIDTH);
  });
  const excess = widths.reduce((sum, width) => sum + width, 0) - BAR_WIDTH;
  const longest = widths.indexOf(Math.max(...widths));
  let x = 0;
  return present.map(([kind, from, to], index) => {
    const width = (widths[index] ?? 0) - (index === longest ? excess : 0);
    const part = { kind, from, to, x, width };
    x += width;
    return part;
  });
}
