// What exists in a shard: topics, groups of both kinds, which share group takes from which topic, and what was
// deleted but still has rows. It changes only through `applyCatalogWrite` and decides nothing.

import { assert } from '../assert.ts';
import type { AttachmentRow, GroupRow, TopicRow, Write } from '../rows.ts';

export interface Topic extends TopicRow {
  readonly topicId: number;
}

export type Group = GroupRow & { readonly groupId: number };

export type CatalogWrite = Extract<
  Write,
  { readonly table: 'meta' | 'topics' | 'groups' | 'attachments' | 'sweeps' }
>;

/** Ids are given out in order and never again, so both maps iterate in the order of ids. */
export class Catalog {
  readonly topics = new Map<number, Topic>();
  readonly groups = new Map<number, Group>();
  /** Share group -> topic -> attachment. */
  readonly attachments = new Map<number, Map<number, AttachmentRow>>();
  /** Topic -> the share groups that take messages from it. */
  readonly shareGroupsOf = new Map<number, Set<number>>();
  /** Dead-letter topic -> topics whose dead messages it takes -> the share groups in which they die. */
  readonly deadLetterSources = new Map<number, Map<number, Set<number>>>();
  /** Deleted topics and groups that still have rows, with how far their sweep has come. */
  readonly sweptTopics = new Map<number, number>();
  readonly sweptGroups = new Map<number, number>();
  readonly topicIds = new Map<string, number>();
  readonly groupIds = new Map<string, number>();
  nextTopicId = 1;
  nextGroupId = 1;
  /** Another number after every change of which topics there are and how many partitions they have. */
  topicsVersion = 0;
  /** Partitions of all topics together. */
  partitionsTotal = 0;

  topicByName(name: string): Topic | undefined {
    const topicId = this.topicIds.get(name);
    return topicId === undefined ? undefined : this.topics.get(topicId);
  }

  groupByName(name: string): Group | undefined {
    const groupId = this.groupIds.get(name);
    return groupId === undefined ? undefined : this.groups.get(groupId);
  }

  attachment(groupId: number, topicId: number): AttachmentRow | undefined {
    return this.attachments.get(groupId)?.get(topicId);
  }

  /** Some share group that sends dead messages of another topic to this one. */
  deadLetterUserOf(topicId: number): Group | undefined {
    for (const [sourceId, groupIds] of this.deadLetterSources.get(topicId) ?? []) {
      const [groupId] = groupIds;
      if (sourceId !== topicId && groupId !== undefined) return this.groups.get(groupId);
    }
    return undefined;
  }

  assertInvariants(): void {
    let partitions = 0;
    for (const [topicId, topic] of this.topics) {
      assert(topicId === topic.topicId && topicId > 0 && topicId < this.nextTopicId);
      assert(this.topicIds.get(topic.name) === topicId, 'a topic is found by its name');
      assert(!this.sweptTopics.has(topicId), 'a topic that exists is not swept');
      partitions += topic.partitions;
    }
    assert(partitions === this.partitionsTotal && this.topicIds.size === this.topics.size);
    for (const [groupId, group] of this.groups) {
      assert(groupId === group.groupId && groupId > 0 && groupId < this.nextGroupId);
      assert(this.groupIds.get(group.name) === groupId, 'a group is found by its name');
      assert(!this.sweptGroups.has(groupId), 'a group that exists is not swept');
    }
    assert(this.groupIds.size === this.groups.size);
    assertAttachments(this);
  }
}

function assertAttachments(catalog: Catalog): void {
  let byGroup = 0;
  let withDeadLetters = 0;
  for (const [groupId, topics] of catalog.attachments) {
    assert(catalog.groups.get(groupId)?.kind === 'share' && topics.size > 0);
    for (const [topicId, { deadLetterTopicId }] of topics) {
      assert(catalog.topics.has(topicId), 'an attachment names a topic that exists');
      assert(catalog.shareGroupsOf.get(topicId)?.has(groupId) === true);
      byGroup += 1;
      if (deadLetterTopicId === null) continue;
      assert(catalog.topics.has(deadLetterTopicId));
      const sources = catalog.deadLetterSources.get(deadLetterTopicId);
      assert(sources?.get(topicId)?.has(groupId) === true, 'a dead-letter topic knows its sources');
      withDeadLetters += 1;
    }
  }
  let byTopic = 0;
  for (const groups of catalog.shareGroupsOf.values()) byTopic += groups.size;
  assert(byGroup === byTopic, 'attachments are the same from both sides');
  for (const sources of catalog.deadLetterSources.values()) {
    for (const groups of sources.values()) withDeadLetters -= groups.size;
  }
  assert(withDeadLetters === 0, 'sources of dead letters are attachments');
}
