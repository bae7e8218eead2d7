// What came of a play, read from the two stores when all workers are gone.

import type { Stage } from '../stage/stage.ts';
import { readLedger } from '../stores/outside-ledger.ts';
import { readStatuses } from '../stores/status-table.ts';

export interface Effects {
  readonly total: number;
  /** Messages (by the id in their payload) with exactly one effect. */
  readonly once: number;
  /** Messages with more than one. */
  readonly repeated: number;
}

export async function effectsOf({ ledgerPath }: Stage): Promise<Effects> {
  const counts = new Map<string, number>();
  const rows = await readLedger(ledgerPath);
  for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0) + 1);
  const each = [...counts.values()];
  return {
    total: rows.length,
    once: each.filter((count) => count === 1).length,
    repeated: each.filter((count) => count > 1).length,
  };
}

export interface Statuses {
  readonly completed: number;
  /** Begun and never completed. */
  readonly started: number;
  /** Begun more than once. */
  readonly retried: number;
}

export async function statusesOf({ statusPath }: Stage): Promise<Statuses> {
  const rows = await readStatuses(statusPath);
  return {
    completed: rows.filter(({ status }) => status === 'COMPLETED').length,
    started: rows.filter(({ status }) => status === 'STARTED').length,
    retried: rows.filter(({ attempts }) => attempts > 1).length,
  };
}
