// Compacts partitions, one pass at a time, in slices of a few milliseconds with pauses between them: traffic comes first,
// and there are none while compaction is behind. A pass lives in memory; after a restart, or when memory was
// loaded anew, it begins again.

import {
  CompactionPass,
  type CompactionPlace,
  compactionDue,
  compactionRow,
  decideCompact,
  decideRollSegment,
  isCompacted,
  KeyMap,
  type ShardState,
} from '@millrace/core';
import type { Job } from './background.ts';
import type { Shard } from './shard.ts';

/** What one slice looks at. */
const SLICE = { records: 5_000, bytes: 1024 * 1024, places: 200 } as const;
/** Between two slices of a pass; none where appends are faster than that allows. */
const PAUSE_MS = 10;

interface Running {
  readonly place: CompactionPlace;
  readonly pass: CompactionPass;
  /** Where it began: another one was loaded from the store. */
  readonly state: ShardState;
  readonly timedBefore: number;
  readonly pauseMs: number;
}

type Step = 'on' | 'over' | 'again';

/** Told of each slice that is staged. */
export type Compacted = (recordsRemoved: number, isDone: boolean) => void;

export function createCompactionJob(everyMs: number, compacted: Compacted): Job {
  let left: CompactionPlace[] = [];
  let running: Running | undefined;
  return {
    name: 'compaction',
    nextMs: (_, lastRunMs) => {
      if (running !== undefined) return lastRunMs + running.pauseMs;
      return left.length > 0 ? lastRunMs : lastRunMs + everyMs;
    },
    slice: (shard) => {
      if (running !== undefined) {
        const current = running;
        // What throws ends the pass; a later look begins it anew.
        running = undefined;
        const step = advance(shard, current, compacted);
        if (step === 'on') running = current;
        if (step === 'again') left.push(current.place);
        return false;
      }
      if (left.length === 0) left = compactedPartitions(shard);
      for (let looked = 0; looked < SLICE.places && running === undefined; looked += 1) {
        const place = left.pop();
        if (place === undefined) return false;
        running = begin(shard, place);
      }
      return false;
    },
  };
}

/** Partitions of compacted topics that hold something. */
function compactedPartitions(shard: Shard): CompactionPlace[] {
  return shard.peek(({ catalog, logs }) => {
    const found: CompactionPlace[] = [];
    for (const { topicId, partitions, config } of catalog.topics.values()) {
      for (let partition = 0; isCompacted(config) && partition < partitions; partition += 1) {
        if (logs.at(topicId, partition).segments.length > 0) found.push({ topicId, partition });
      }
    }
    return found.toReversed();
  });
}

function begin(shard: Shard, place: CompactionPlace): Running | undefined {
  const exists = shard.peek(({ catalog }) => catalog.topics.has(place.topicId));
  if (!exists) return undefined;
  shard.stage((state, view, context) => decideRollSegment(state, view, place, context));
  return shard.peek((state, view, nowMs) => {
    const due = compactionDue(state, view, place, nowMs);
    if (due === undefined) return undefined;
    const [, , tombstonesTo] = compactionRow(view, place);
    return {
      place,
      state,
      pass: new CompactionPass(due, new KeyMap(nowMs)),
      timedBefore: due.dropBefore > 0 ? 0 : tombstonesTo,
      pauseMs: due.isBehind ? 0 : PAUSE_MS,
    };
  });
}

/** One slice. again: not all keys fitted into the pass, and what is left may be due at once. */
function advance(
  shard: Shard,
  { place, pass, state: begun, timedBefore }: Running,
  compacted: Compacted,
): Step {
  const { topicId, partition } = place;
  const isOver = shard.peek((state) => {
    const topic = state.catalog.topics.get(topicId);
    return state !== begun || topic === undefined || !isCompacted(topic.config);
  });
  if (isOver) return 'over';
  const found = shard.peek((state, view) => {
    const { records, bytes } = SLICE;
    return pass.step(view, state.logs.at(topicId, partition), timedBefore, { records, bytes });
  });
  if (found === undefined) return 'on';
  const command = { due: pass.due, found };
  const { recordsRemoved } = shard.stage((state, view, context) =>
    decideCompact(state, view, command, context),
  );
  compacted(recordsRemoved, found.isDone);
  if (!found.isDone) return 'on';
  return found.end < pass.due.end ? 'again' : 'over';
}
