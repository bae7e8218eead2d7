// What keeps the store from taking records, as the shard last met it. It asks the disk nothing.

import type { ShardMetrics } from '../metrics/shard-metrics.ts';
import type { SpaceGauge } from '../shard/space-gauge.ts';
import type { Trouble } from './readiness.ts';

/**
 * An aborted commit counts for this long unless another one stands meanwhile: a broker to which nothing is sent commits
 * nothing, and has to be tried again.
 */
const ABORTED_MS = 10_000;

export function storageTroubles(
  space: SpaceGauge,
  metrics: ShardMetrics,
  nowMs: number,
): readonly Trouble[] {
  const troubles: Trouble[] = [];
  if (space.isFull) {
    const text = `Only ${space.latest.freeBytes} bytes can still be written: producing has stopped.`;
    troubles.push({ code: 'storage_full', text });
  }
  const { abortedAtMs } = metrics;
  if (abortedAtMs !== undefined && nowMs - abortedAtMs < ABORTED_MS) {
    const text = 'The last commit was aborted, and none has stood since.';
    troubles.push({ code: 'commits_failing', text });
  }
  return troubles;
}
