// Takes one row into the catalog, now or when loading. The only code that changes a Catalog.

import { assert } from '../assert.ts';
import type { AttachmentRow, GroupRow, TopicRow } from '../rows.ts';
import { SHARE_DEFAULTS } from '../share/share-defaults.ts';
import type { Catalog, CatalogWrite } from './catalog.ts';

export function applyCatalogWrite(catalog: Catalog, write: CatalogWrite): void {
  switch (write.table) {
    case 'meta':
      applyMeta(catalog, write.key[0], write.value);
      return;
    case 'topics':
      applyTopic(catalog, write.key[0], write.value);
      return;
    case 'groups':
      applyGroup(catalog, write.key[0], write.value);
      return;
    case 'attachments':
      applyAttachment(catalog, write.key[0], write.key[1], write.value);
      return;
    case 'sweeps': {
      const [kind, id] = write.key;
      const swept = kind === 'topic' ? catalog.sweptTopics : catalog.sweptGroups;
      if (write.value === undefined) swept.delete(id);
      else swept.set(id, write.value);
      return;
    }
  }
}

/** Other names in the table belong to the shard and the store. */
function applyMeta(catalog: Catalog, name: string, value: number | string | undefined): void {
  if (name !== 'nextTopicId' && name !== 'nextGroupId') return;
  assert(typeof value === 'number' && value >= catalog[name], 'ids are never reused');
  catalog[name] = value;
}

function applyTopic(catalog: Catalog, topicId: number, row: TopicRow | undefined): void {
  const old = catalog.topics.get(topicId);
  if (old?.partitions !== row?.partitions) catalog.topicsVersion += 1;
  if (old !== undefined) {
    catalog.topicIds.delete(old.name);
    catalog.partitionsTotal -= old.partitions;
  }
  if (row === undefined) {
    dropTopic(catalog, topicId);
    return;
  }
  assert(topicId < catalog.nextTopicId && !catalog.topicIds.has(row.name));
  assert(old === undefined || old.partitions <= row.partitions, 'a topic never shrinks');
  catalog.topics.set(topicId, { topicId, ...row });
  catalog.topicIds.set(row.name, topicId);
  catalog.partitionsTotal += row.partitions;
}

/** Its attachments go from memory at once; their rows go with the sweep. */
function dropTopic(catalog: Catalog, topicId: number): void {
  for (const groupId of catalog.shareGroupsOf.get(topicId) ?? []) {
    detach(catalog, groupId, topicId);
  }
  catalog.topics.delete(topicId);
}

function applyGroup(catalog: Catalog, groupId: number, row: GroupRow | undefined): void {
  const old = catalog.groups.get(groupId);
  if (old !== undefined) catalog.groupIds.delete(old.name);
  if (row === undefined) {
    dropGroup(catalog, groupId);
    return;
  }
  assert(groupId < catalog.nextGroupId && !catalog.groupIds.has(row.name));
  assert(old === undefined || old.kind === row.kind, 'a group keeps its kind');
  catalog.groups.set(groupId, { groupId, ...withAllSettings(row) });
  catalog.groupIds.set(row.name, groupId);
}

/** A row of an older broker lacks the settings that came since: they are as they were, the defaults. */
function withAllSettings(row: GroupRow): GroupRow {
  if (row.kind !== 'share') return row;
  return { ...row, config: { ...SHARE_DEFAULTS, ...row.config } };
}

function dropGroup(catalog: Catalog, groupId: number): void {
  for (const topicId of catalog.attachments.get(groupId)?.keys() ?? []) {
    detach(catalog, groupId, topicId);
  }
  catalog.groups.delete(groupId);
}

function applyAttachment(
  catalog: Catalog,
  groupId: number,
  topicId: number,
  row: AttachmentRow | undefined,
): void {
  if (row === undefined) {
    detach(catalog, groupId, topicId);
    return;
  }
  assert(catalog.groups.has(groupId) && catalog.topics.has(topicId));
  forgetDeadLetters(catalog, groupId, topicId);
  childOf(catalog.attachments, groupId, () => new Map<number, AttachmentRow>()).set(topicId, row);
  childOf(catalog.shareGroupsOf, topicId, () => new Set<number>()).add(groupId);
  const { deadLetterTopicId } = row;
  if (deadLetterTopicId === null) return;
  const sources = childOf(
    catalog.deadLetterSources,
    deadLetterTopicId,
    () => new Map<number, Set<number>>(),
  );
  childOf(sources, topicId, () => new Set<number>()).add(groupId);
}

/** Takes the attachment out of all that knows of it; does nothing where there is none. */
function detach(catalog: Catalog, groupId: number, topicId: number): void {
  forgetDeadLetters(catalog, groupId, topicId);
  removeFrom(catalog.attachments, groupId, topicId);
  removeFrom(catalog.shareGroupsOf, topicId, groupId);
}

function forgetDeadLetters(catalog: Catalog, groupId: number, topicId: number): void {
  const deadLetterTopicId = catalog.attachment(groupId, topicId)?.deadLetterTopicId ?? null;
  if (deadLetterTopicId === null) return;
  const sources = catalog.deadLetterSources.get(deadLetterTopicId);
  assert(sources !== undefined, 'a dead-letter topic knows its sources');
  removeFrom(sources, topicId, groupId);
  if (sources.size === 0) catalog.deadLetterSources.delete(deadLetterTopicId);
}

/** What is under the key, made where it is missing. */
function childOf<V>(parent: Map<number, V>, key: number, make: () => V): V {
  let child = parent.get(key);
  if (child === undefined) {
    child = make();
    parent.set(key, child);
  }
  return child;
}

/** An empty child goes with its last member. */
function removeFrom(
  parent: Map<number, Map<number, unknown> | Set<number>>,
  key: number,
  member: number,
): void {
  const child = parent.get(key);
  child?.delete(member);
  if (child?.size === 0) parent.delete(key);
}
