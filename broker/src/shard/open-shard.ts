// Opens a shard on its store and starts its background work; closes it again in order. Wiring, no logic.

import type { QuarantineCommand, QuarantineReply } from '@millrace/core';
import { type CommitStats, Committer, type Store } from '@millrace/storage';
import { Background } from './background.ts';
import { type Clock, ShardClock } from './clock.ts';
import { createJobs } from './jobs.ts';
import type { MovedBatch } from './moved-batches.ts';
import { Shard } from './shard.ts';
import { SpaceGauge } from './space-gauge.ts';

export interface ShardOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly commitQueueBytes: number;
  readonly storageReserve: number;
  readonly leaseRestartGrace: number;
  readonly retentionCheckInterval: number;
  /** -1: never. */
  readonly offsetsRetention: number;
  readonly scrubRate: number;
  readonly events: ShardEvents;
}

export interface ShardEvents {
  readonly committed: (stats: CommitStats) => void;
  readonly deadLettered: (groupId: number, messages: number) => void;
  readonly compacted: (recordsRemoved: number, isDone: boolean) => void;
  readonly reloaded: (cause: Error, tookMs: number) => void;
  readonly quarantined: (what: Quarantine) => void;
  /** Messages that moved by themselves are on the disk. Undefined: nobody wants to know. */
  readonly moved?: ((batch: MovedBatch) => void) | undefined;
  readonly backgroundFailed: (job: string, error: unknown) => void;
  /** Nobody can tell what is on the disk: the process has to end, and the next start finds out. */
  readonly fatal: (error: Error) => void;
}

export type Quarantine = QuarantineCommand & QuarantineReply;

export interface OpenShard {
  readonly shard: Shard;
  readonly space: SpaceGauge;
  /** Finishes what is staged; the store stays open, its opener closes it. */
  close(): Promise<void>;
}

export function openShard(options: ShardOptions): OpenShard {
  const { store, events } = options;
  const space = new SpaceGauge(() => store.usage(), options.storageReserve);
  const committer = new Committer({
    store,
    onCommitted: (seq) => {
      shard.committed(seq);
      background.arm();
    },
    onAborted: (cause) => shard.aborted(cause),
    onFatal: events.fatal,
    onStats: events.committed,
    stagedBytesMax: options.commitQueueBytes,
  });
  const clock = new ShardClock(options.clock, savedClockMs(store));
  const shard = new Shard(committer, clock, options.random, {
    broken: events.fatal,
    quarantined: events.quarantined,
    moved: events.moved,
    reloaded: (cause, tookMs) => {
      if (cause.reason === 'full') space.meetFull();
      events.reloaded(cause, tookMs);
    },
  });
  const jobs = createJobs(space, {
    graceUntilMs: graceUntilMs(shard, options.leaseRestartGrace),
    retentionEveryMs: options.retentionCheckInterval,
    offsetsRetentionMs: options.offsetsRetention,
    scrubRate: options.scrubRate,
    deadLettered: events.deadLettered,
    compacted: events.compacted,
  });
  const background = new Background(shard, jobs, { failed: events.backgroundFailed });
  background.arm();
  return {
    shard,
    space,
    close: async () => {
      await background.stop();
      await committer.drain();
    },
  };
}

/** Only where leases outlived the restart is there somebody to wait for. */
function graceUntilMs(shard: Shard, graceMs: number): number {
  const hasLeases = shard.peek(({ shares }) => shares.leaseEnds.size > 0);
  return hasLeases ? shard.nowMs() + graceMs : 0;
}

function savedClockMs(store: Store): number {
  const saved = store.get('meta', ['clockMs']);
  return typeof saved === 'number' ? saved : 0;
}
