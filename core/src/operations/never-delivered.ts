// A run of messages that are ready and were never delivered: the cursor has passed them all the same.

import type { Run } from '../share/run.ts';

export function neverDelivered(first: number, last: number, lanes: Uint8Array | null = null): Run {
  const lease = { deliveries: 0, untilMs: 0, token: 0, memberId: '', leasedAtMs: 0 };
  const times = { firstDeliveredAtMs: 0, firstFailedAtMs: 0 };
  return { first, last, state: 'ready', ...lease, ...times, lanes };
}
