// A queue's settings as the actions on messages need them, from what the broker tells.

import type { AttributeName } from './attributes.ts';
import { ATTRIBUTES } from './attributes.ts';
import { isOrdered } from './native-settings.ts';
import type { SqsQueue } from './queue.ts';
import type { QueueState } from './queue-state.ts';

export function settingsOf(queue: QueueState): SqsQueue {
  const { topic, group } = queue;
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.length,
    isFifo: isOrdered(group.config),
    visibilityTimeoutMs: group.config.visibilityTimeoutMs,
    delayMs: secondsOf(queue, 'DelaySeconds') * 1_000,
    messageBytesMax: Number(ATTRIBUTES.MaximumMessageSize.show(queue)),
    waitMs: secondsOf(queue, 'ReceiveMessageWaitTimeSeconds') * 1_000,
    contentBasedDeduplication: topic.config?.dedup === 'content',
    dedupScope: topic.config?.dedupScope === 'key' ? 'messageGroup' : 'queue',
  };
}

function secondsOf(
  queue: QueueState,
  name: AttributeName & ('DelaySeconds' | 'ReceiveMessageWaitTimeSeconds'),
): number {
  return Number(ATTRIBUTES[name].show(queue));
}
