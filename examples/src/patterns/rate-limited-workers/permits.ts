// A limit that all processes share: so many calls in any stretch of time. A permit is a message; who takes it may make one
// call and gives it back with a delay, so it is not there for anybody else until the time is over. The broker keeps it: a
// process that dies with a permit gives it back by its lease. This file has no state of its own.

import type { Client } from '@millrace/client';

interface Rate {
  readonly name: string;
  /** Calls in any `perMs`. */
  readonly calls: number;
  readonly perMs: number;
}

// #region create
/** Sees to it that there are as many permits. Again and again is as good as once, but one process at a time. */
export async function createPermits(client: Client, { name, calls, perMs }: Rate): Promise<void> {
  const { admin } = client;
  const there = (await admin.listShareGroups()).some(({ group }) => group === name);
  if (!there) {
    // Permits are never done, so nothing may take them by age.
    const kept = { retentionMs: -1, retentionBytes: -1 };
    await admin.createTopic({ name, partitions: 1, config: kept });
    await admin.createShareGroup({
      group: name,
      topics: [name],
      config: {
        maxDeliveries: 0, // a permit never dies
        onExhausted: 'drop',
        visibilityTimeoutMs: 30_000, // longer than a call may take
        backoff: 'fixed', // of a permit whose holder died
        backoffBaseMs: perMs,
        backoffMaxMs: perMs,
        jitter: 'none',
      },
    });
  }
  const { fresh, ready, scheduled, leased } = (await admin.counters(name)).totals;
  const missing = Math.max(0, calls - fresh - ready - scheduled - leased);
  const permits = Array.from({ length: missing }, () => ({ value: null }));
  if (missing > 0) await client.producer().sendBatch(name, permits);
}
// #endregion

// #region with-permit
/** Waits for a permit, makes the call, and gives the permit back for `perMs` later, whatever came of the call. Throws ABORTED. */
export async function withPermit<T>(
  client: Client,
  { name, perMs }: Rate,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  const permits = client.queue(name);
  for (;;) {
    const wait = { maxMessages: 1, maxWaitMs: 20_000, signal };
    const [permit] = await permits.receive({ topics: name, ...wait });
    if (permit === undefined) continue;
    try {
      return await call();
    } finally {
      // Where it cannot be given back it comes by itself, when its lease ends: no reason to make the call again.
      await permit.release({ delayMs: perMs }).catch((error: Error) => console.warn(error.message));
    }
  }
}
// #endregion
