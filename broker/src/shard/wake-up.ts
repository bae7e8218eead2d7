// Wakes those who wait, once a commit: what was appended and what became ready is gathered first, so that a commit of
// a thousand batches makes everybody look once, not a thousand times.

import { partitionKey, type Wake } from '@millrace/core';
import type { GroupTopic, Place, Waiters } from './waiters.ts';

export class WakeUp {
  readonly #appended = new Map<number, Place>();
  readonly #ready = new Map<string, GroupTopic>();

  add(wake: Wake): void {
    if (wake.kind === 'ready') this.#ready.set(`${wake.topicId}/${wake.groupId}`, wake);
    else this.#appended.set(partitionKey(wake.topicId, wake.partition), wake);
  }

  run(waiters: Waiters): void {
    const topicIds = new Set<number>();
    for (const place of this.#appended.values()) {
      waiters.appended(place);
      topicIds.add(place.topicId);
    }
    for (const topicId of topicIds) {
      for (const groupId of waiters.groupsWaitingFor(topicId)) {
        this.#ready.set(`${topicId}/${groupId}`, { groupId, topicId });
      }
    }
    for (const groupTopic of this.#ready.values()) waiters.ready(groupTopic);
  }
}
