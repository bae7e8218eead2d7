// Deletes of rows by prefix, a bounded number at a time, without reading what the rows hold.

import type { View } from './decision.ts';
import { remove, type TableName, type Write } from './rows.ts';

export interface RemoveRange {
  readonly prefix: readonly (number | string)[];
  readonly from?: readonly (number | string)[] | undefined;
  readonly to?: readonly (number | string)[] | undefined;
  readonly rowsMax: number;
}

/** Adds deletes to `writes` and gives their number; fewer than `rowsMax` means that nothing is left. */
export function removeRange(
  writes: Write[],
  view: View,
  table: TableName,
  { rowsMax, ...bounds }: RemoveRange,
): number {
  if (rowsMax <= 0) return 0;
  let removed = 0;
  for (const [key] of view.range(table, { ...bounds, limit: rowsMax, keysOnly: true })) {
    writes.push(remove(table, key));
    removed += 1;
  }
  return removed;
}
