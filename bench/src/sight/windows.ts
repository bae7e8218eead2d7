// A stretch of time cut into windows, every second of which is watched; what was acknowledged and what the broker used in each.

import { readUsage } from '../measure/process-usage.ts';
import type { ArenaBroker } from '../workloads/workload.ts';
import { isWatched } from './paired.ts';
import { until, type Watcher } from './watcher.ts';

export interface Window {
  readonly elapsedMs: number;
  readonly records: number;
  /** Of broker and gateway; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

export interface Stretch {
  readonly broker: ArenaBroker;
  readonly watcher: Watcher;
  readonly pairs: number;
  readonly windowMs: number;
  /** Records acknowledged so far. */
  readonly count: () => number;
}

/** In their order, two a pair. */
export async function cutWindows(stretch: Stretch): Promise<Window[]> {
  const windows: Window[] = [];
  while (windows.length < 2 * stretch.pairs) {
    windows.push(await cutOne(stretch, isWatched(windows.length)));
  }
  return windows;
}

async function cutOne(
  { broker, watcher, windowMs, count }: Stretch,
  isWatchedOne: boolean,
): Promise<Window> {
  const before = { at: performance.now(), records: count(), usage: readUsage(broker.pid) };
  await (isWatchedOne ? watcher.watch(windowMs) : until(before.at + windowMs));
  const usage = readUsage(broker.pid);
  return {
    elapsedMs: performance.now() - before.at,
    records: count() - before.records,
    cpuSeconds: before.usage && usage && usage.cpuSeconds - before.usage.cpuSeconds,
  };
}
