// Figures of a queue that its counters give.

import type { QueueStats } from '@millrace/client';

const UNRESOLVED = ['fresh', 'ready', 'scheduled', 'leased', 'parked', 'blocked'] as const;
type Counts = Pick<QueueStats['totals'], (typeof UNRESOLVED)[number]>;

export function unresolved(counts: Counts): number {
  return UNRESOLVED.reduce((sum, name) => sum + counts[name], 0);
}
