// What a scrape asks of the shard, taken from its memory.

import type { Shard } from '../shard/shard.ts';
import type { SpaceGauge } from '../shard/space-gauge.ts';
import { type QueueSample, QueueSampler } from './sample-queues.ts';
import {
  type LagSample,
  type MembersSample,
  type TopicSample,
  TopicSampler,
} from './sample-topics.ts';
import type { ShardMetrics, ShardSample } from './shard-metrics.ts';

/** What has names, and so is bounded. */
export interface NamedSamples {
  readonly queues: readonly QueueSample[];
  readonly topics: readonly TopicSample[];
  readonly lags: readonly LagSample[];
  readonly members: readonly MembersSample[];
}

/** Made when the process begins: what it counts begins then. */
export class ShardSampler {
  readonly #shard: Shard;
  readonly #space: SpaceGauge;
  readonly #queues: QueueSampler;
  readonly #topics = new TopicSampler();

  constructor(shard: Shard, space: SpaceGauge, metrics: ShardMetrics) {
    this.#shard = shard;
    this.#space = space;
    this.#queues = shard.peek((state) => new QueueSampler(metrics, state));
  }

  whole(): ShardSample {
    return this.#shard.peek((state) => {
      const { catalog, quarantined, schedules } = state;
      let shareGroups = 0;
      for (const { kind } of catalog.groups.values()) if (kind === 'share') shareGroups += 1;
      const { fileBytes, journalBytes, freeBytes, reusableBytes } = this.#space.latest;
      return {
        topics: catalog.topics.size,
        partitions: catalog.partitionsTotal,
        consumerGroups: catalog.groups.size - shareGroups,
        shareGroups,
        quarantinedBatches: quarantined.batches,
        schedulesFailing: schedules.failing,
        isCommitQueueFull: this.#shard.isFull,
        storeFileBytes: fileBytes,
        storeJournalBytes: journalBytes,
        storeFreeBytes: freeBytes,
        storeReusableBytes: reusableBytes,
        storeReserveBytes: this.#space.reserveBytes,
        isStoreFull: this.#space.isFull,
      };
    });
  }

  named(): NamedSamples {
    return this.#shard.peek((state, view, nowMs) => ({
      queues: this.#queues.sample(state, view, nowMs),
      topics: this.#topics.topics(state),
      lags: this.#topics.lags(state),
      members: this.#topics.members(state),
    }));
  }
}
