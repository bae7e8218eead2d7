// Wakes those who wait, once a commit: what was appended and what became ready is gathered first, so that a commit of
// a thousand batches makes everybody look once, not a thousand times.

import { partitionKey, type Wake } from '@millrace/core';
import type { GroupTopic, Place, Waiters } from './waiters.ts';

export class WakeUp {
  readonly #appended = new Map<number, Place>();
  readonly #ready = new Map<string, GroupTopic>();
  /** Consumer group -> members. */
  readonly #members = new Map<number, Set<string>>();

  add(wake: Wake): void {
    if (wake.kind === 'ready') this.#ready.set(`${wake.topicId}/${wake.groupId}`, wake);
    else if (wake.kind === 'members') this.#addMembers(wake.groupId, wake.memberIds);
    else this.#appended.set(partitionKey(wake.topicId, wake.partition), wake);
  }

  #addMembers(groupId: number, memberIds: readonly string[]): void {
    const members = this.#members.get(groupId) ?? new Set();
    for (const memberId of memberIds) members.add(memberId);
    this.#members.set(groupId, members);
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
    for (const [groupId, memberIds] of this.#members) waiters.members.news(groupId, memberIds);
  }
}
