// The next epoch of a group [C-8]: its topics as the catalog has them now, and a new target for every member. Members
// whose target stays as it was are not written. It changes nothing itself.

import { assert } from '../assert.ts';
import { type ConsumerGroupRow, put, remove, type SubscribedTopic, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { ASSIGNOR_OF, assignorOf } from './assignor.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { mayBeginEpoch } from './epoch-pace.ts';
import { heldKeys, type Member, memberToRow } from './member.ts';
import type { KeySet } from './partition-keys.ts';
import { namesOf, resolveTopics } from './subscribe.ts';
import type { Subscriber, Target } from './subscriber.ts';
import type { Subscription } from './subscriptions.ts';

export interface EpochChange {
  /** Joins, or subscribes anew. Its own row is the caller's to write. */
  readonly member?: Member | undefined;
  /** Members no longer. */
  readonly gone?: ReadonlySet<string> | undefined;
}

export interface NextEpoch {
  readonly row: ConsumerGroupRow;
  readonly targets: Target;
  /** The rows of the members that are gone, and of the others whose target changed. */
  readonly writes: readonly Write[];
  /** What nobody holds any more once these rows are written. */
  readonly freed: ReadonlySet<number>;
  /** Members, other than `change.member`, to whom this is news. */
  readonly news: readonly string[];
}

type Machines = Pick<ShardState, 'catalog' | 'consumers'>;

export function planEpoch(
  machines: Machines,
  groupId: number,
  old: ConsumerGroupRow,
  { member, gone = new Set() }: EpochChange,
  nowMs: number,
): NextEpoch {
  const group = machines.consumers.at(groupId);
  const others: Member[] = [];
  for (const other of group.members.values()) {
    if (other.memberId !== member?.memberId && !gone.has(other.memberId)) others.push(other);
  }
  const members = member === undefined ? others : [...others, member];
  const topics = topicsOf(machines, members);
  const assign = ASSIGNOR_OF[assignorOf(members.map(({ assignor }) => assignor))];
  const targets = assign(subscribersOf(machines, members), topics);

  const writes: Write[] = [];
  const freed: number[] = [];
  const news = new Set<string>(gone);
  for (const memberId of gone) {
    writes.push(remove('members', [groupId, memberId]));
    const known = group.members.get(memberId);
    if (known !== undefined) freed.push(...heldKeys(known));
  }
  for (const other of others) {
    const target = targets.get(other.memberId);
    assert(target !== undefined, 'every member has a target');
    if (isSame(target, other.target)) continue;
    const next = other.isAway ? letGo(other, target, freed) : { ...other, target };
    writes.push(put('members', [groupId, other.memberId], memberToRow(next)));
    news.add(other.memberId);
  }
  for (const memberId of heirsOf(group, freed)) news.add(memberId);
  if (member !== undefined) news.delete(member.memberId);
  const { kind, name, createdAtMs, epoch } = old;
  const idleSinceMs = members.length === 0 ? nowMs : 0;
  const times = { createdAtMs, idleSinceMs, targetAtMs: nowMs };
  const row = { kind, name, epoch: epoch + 1, topics, ...times, isBehind: false };
  return { row, targets, writes, freed: new Set(freed), news: [...news] };
}

/** Members are gone: new targets at once, or a little later [C-44]. */
export function planGoing(
  machines: Machines,
  groupId: number,
  old: ConsumerGroupRow,
  gone: ReadonlySet<string>,
  nowMs: number,
): NextEpoch {
  const group = machines.consumers.at(groupId);
  const isLast = group.members.size === gone.size;
  return isLast || mayBeginEpoch(group, old, nowMs)
    ? planEpoch(machines, groupId, old, { gone }, nowMs)
    : putOffTargets(machines, groupId, old, { gone });
}

/**
 * The epoch of who comes or goes while new targets have to wait [C-44]: everybody's target stays as it is. Who joins must
 * subscribe to what it did before, if it had targets.
 */
export function putOffTargets(
  { consumers }: Machines,
  groupId: number,
  old: ConsumerGroupRow,
  { member, gone = new Set() }: EpochChange,
): NextEpoch {
  const group = consumers.at(groupId);
  const writes = [...gone].map((memberId) => remove('members', [groupId, memberId]));
  const freed = new Set<number>();
  for (const memberId of gone) {
    const known = group.members.get(memberId);
    if (known !== undefined) for (const key of heldKeys(known)) freed.add(key);
  }
  const news = new Set([...gone, ...heirsOf(group, freed)]);
  if (member !== undefined) news.delete(member.memberId);
  const targets = new Map(member === undefined ? [] : [[member.memberId, member.target]]);
  return { row: behind(old, old.epoch + 1), targets, writes, freed, news: [...news] };
}

/** New targets are wanted, and have to wait. */
export function behind(
  { kind, name, createdAtMs, topics, idleSinceMs, targetAtMs = 0 }: ConsumerGroupRow,
  epoch: number,
): ConsumerGroupRow {
  return { kind, name, createdAtMs, epoch, topics, idleSinceMs, targetAtMs, isBehind: true };
}

/** Who is to have what nobody holds any more, where that was known before. */
export function heirsOf(group: ConsumerGroup, freed: Iterable<number>): Set<string> {
  const heirs = new Set<string>();
  for (const key of freed) {
    const heir = group.heirs.get(key);
    if (heir !== undefined) heirs.add(heir);
  }
  return heirs;
}

/** True where a topic that members subscribe to was created, deleted, or grew since the epoch began [C-9]. */
export function haveTopicsChanged(
  { catalog, consumers }: Machines,
  group: ConsumerGroup,
  row: ConsumerGroupRow,
): boolean {
  const { topicsVersion } = catalog;
  const { compared } = group;
  if (compared?.epoch === row.epoch && compared.topicsVersion === topicsVersion) return false;
  const now = topicsOf({ catalog, consumers }, group.members.values());
  const hasChanged =
    now.length !== row.topics.length || !now.every((topic, i) => isSameTopic(topic, row.topics[i]));
  if (!hasChanged) group.compared = { epoch: row.epoch, topicsVersion };
  return hasChanged;
}

function topicsOf(
  { catalog, consumers }: Machines,
  members: Iterable<Member>,
): readonly SubscribedTopic[] {
  const subscriptions = new Set<Subscription>();
  for (const { subscription } of members) subscriptions.add(subscription);
  return resolveTopics(catalog, consumers.patterns, subscriptions);
}

function* subscribersOf(
  { catalog, consumers }: Machines,
  members: readonly Member[],
): Generator<Subscriber> {
  const names = new Map<Subscription, readonly string[]>();
  for (const { memberId, instanceId, subscription, target } of members) {
    let topics = names.get(subscription);
    if (topics === undefined) {
      topics = namesOf(catalog, consumers.patterns, subscription);
      names.set(subscription, topics);
    }
    yield { memberId, rank: instanceId ?? memberId, topics, had: target };
  }
}

/** Who is away works on nothing: what it should not have any more is free at once. */
function letGo(member: Member, target: KeySet, freed: number[]): Member {
  const assigned = new Map(member.assigned);
  for (const key of member.assigned.keys()) {
    if (target.has(key)) continue;
    assigned.delete(key);
    freed.push(key);
  }
  return { ...member, target, assigned };
}

function isSame(a: KeySet, b: KeySet): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const key of a) if (!b.has(key)) return false;
  return true;
}

function isSameTopic(
  [name, topicId, partitions]: SubscribedTopic,
  other: SubscribedTopic | undefined,
): boolean {
  return name === other?.[0] && topicId === other[1] && partitions === other[2];
}
