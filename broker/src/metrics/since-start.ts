// What share groups had and finished since the process began, made of counts that their rows keep for ever: nothing is
// counted where messages pass. A number that was told once is never told smaller.

/** Of one topic in one group, since the group was made. */
export interface TopicCounts {
  readonly topicId: number;
  /** Messages that are or were the group's. */
  readonly had: number;
  readonly acknowledged: number;
}

export interface GroupCounts {
  readonly sent: number;
  readonly deleted: number;
}

interface Growing {
  readonly from: number;
  latest: number;
}

interface Kept {
  readonly had: Growing;
  readonly acknowledged: Growing;
}

interface Group {
  readonly topics: Map<number, Kept>;
  /** Of topics that are gone. */
  sent: number;
  deleted: number;
}

export class SinceStart {
  readonly #groups = new Map<number, Group>();

  /** The group was there when the process began. */
  begin(groupId: number, topics: readonly TopicCounts[]): void {
    const kept = topics.map(({ topicId, had, acknowledged }) => {
      return [topicId, { had: from(had), acknowledged: from(acknowledged) }] as const;
    });
    this.#groups.set(groupId, { topics: new Map(kept), sent: 0, deleted: 0 });
  }

  /** What a group or topic that was not there before has is new. */
  look(groupId: number, topics: readonly TopicCounts[]): GroupCounts {
    const fresh: Group = { topics: new Map(), sent: 0, deleted: 0 };
    const group = this.#groups.get(groupId) ?? fresh;
    this.#groups.set(groupId, group);
    const gone = new Set(group.topics.keys());
    for (const { topicId, had, acknowledged } of topics) {
      gone.delete(topicId);
      const kept = group.topics.get(topicId) ?? { had: from(0), acknowledged: from(0) };
      group.topics.set(topicId, kept);
      kept.had.latest = Math.max(kept.had.latest, had);
      kept.acknowledged.latest = Math.max(kept.acknowledged.latest, acknowledged);
    }
    for (const topicId of gone) letGo(group, topicId);
    let { sent, deleted } = group;
    for (const kept of group.topics.values()) {
      sent += grown(kept.had);
      deleted += grown(kept.acknowledged);
    }
    return { sent, deleted };
  }

  /** Groups that are deleted are forgotten. */
  keepOnly(groupIds: ReadonlySet<number>): void {
    for (const groupId of this.#groups.keys()) {
      if (!groupIds.has(groupId)) this.#groups.delete(groupId);
    }
  }
}

function from(count: number): Growing {
  return { from: count, latest: count };
}

function grown({ from: first, latest }: Growing): number {
  return latest - first;
}

function letGo(group: Group, topicId: number): void {
  const kept = group.topics.get(topicId);
  if (kept === undefined) return;
  group.sent += grown(kept.had);
  group.deleted += grown(kept.acknowledged);
  group.topics.delete(topicId);
}
