// What a scrape asks of the shard, taken from its memory alone. Counts a group shows exactly through Counters may be
// ahead here by what is not durable yet, or still hold what retention has just removed.

import type { Group, ShardState } from '@millrace/core';
import type { Shard } from '../shard/shard.ts';
import type { SpaceGauge } from '../shard/space-gauge.ts';
import type { ShardSample, ShareGroupSample } from './shard-metrics.ts';

export function sampleShard(shard: Shard, space: SpaceGauge): ShardSample {
  return shard.peek((state) => {
    const { catalog } = state;
    const groups = [...catalog.groups.values()];
    const shareGroups = groups.filter(({ kind }) => kind === 'share');
    const { fileBytes, freeBytes } = space.latest;
    return {
      topics: catalog.topics.size,
      partitions: catalog.partitionsTotal,
      consumerGroups: groups.length - shareGroups.length,
      shareGroups: shareGroups.map((group) => sampleShareGroup(state, group)),
      quarantinedBatches: state.quarantined.batches,
      isCommitQueueFull: shard.isFull,
      storeFileBytes: fileBytes,
      storeFreeBytes: freeBytes,
    };
  });
}

function sampleShareGroup(state: ShardState, { groupId, name }: Group): ShareGroupSample {
  const messages = { fresh: 0, ready: 0, scheduled: 0, leased: 0, acknowledged: 0, dead: 0 };
  for (const topicId of state.catalog.attachments.get(groupId)?.keys() ?? []) {
    const partitions = state.catalog.topics.get(topicId)?.partitions ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const share = state.shares.at(groupId, topicId, partition);
      const log = state.logs.at(topicId, partition);
      const [, , , acknowledged, dead] = share.row;
      messages.fresh += Math.max(0, log.durableEnd - Math.max(share.cursor, log.startOffset));
      messages.ready += share.count('ready');
      messages.scheduled += share.count('scheduled');
      messages.leased += share.count('leased');
      messages.acknowledged += acknowledged;
      messages.dead += dead;
    }
  }
  return { group: name, messages };
}
