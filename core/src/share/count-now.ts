// Messages of a share partition by state, from memory alone: at once, where Counters is exact. What is not durable yet may
// be counted, and what retention has just removed may still be. It changes nothing.

import type { LogPartition } from '../log/log-partition.ts';
import type { MessageCounts } from './counters.ts';
import type { SharePartition } from './share-partition.ts';

export function countNow(log: LogPartition, share: SharePartition): MessageCounts {
  const [, , , acknowledged, dead, removed, , , purged, skipped] = share.row;
  const cursor = Math.max(share.cursor, log.startOffset);
  return {
    fresh: Math.max(0, log.durableEnd - cursor - share.ahead),
    ready: share.count('ready'),
    scheduled: share.count('scheduled'),
    leased: share.count('leased'),
    parked: share.count('parked'),
    blocked: share.count('blocked'),
    acknowledged,
    dead,
    removed: removed + (cursor - share.cursor),
    purged: purged + (share.purge?.messages ?? 0),
    skipped,
  };
}
