// Figures of a queue that its counters give.

import type { QueueStats } from '@millrace/client';

type Counts = Pick<QueueStats['totals'], 'fresh' | 'ready' | 'scheduled' | 'leased'>;

export function unresolved({ fresh, ready, scheduled, leased }: Counts): number {
  return fresh + ready + scheduled + leased;
}
