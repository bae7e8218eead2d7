// Which topics and groups a data file knows, by id and by name. Rows that are not what they should be are passed over:
// `--verify` names them.

import type { GroupRow, TopicRow, View } from '@millrace/core';
import { StartError } from '@millrace/options';
import { formatText } from './text.ts';

export interface Names {
  readonly topics: ReadonlyMap<number, TopicRow>;
  readonly groups: ReadonlyMap<number, GroupRow>;
  /** Deleted, with rows that are still to go. */
  readonly sweptTopics: ReadonlySet<number>;
  readonly sweptGroups: ReadonlySet<number>;
}

export function readNames(view: View): Names {
  const topics = new Map([...view.range('topics', {})].map(([[id], row]) => [id, row]));
  const groups = new Map([...view.range('groups', {})].map(([[id], row]) => [id, row]));
  const swept = [...view.range('sweeps', {})];
  const idsOf = (kind: string) =>
    new Set(swept.flatMap(([[which, id]]) => (which === kind ? [id] : [])));
  return { topics, groups, sweptTopics: idsOf('topic'), sweptGroups: idsOf('group') };
}

/** For people: `flights`, or `topic 7` where the id has no row. */
export function topicText({ topics }: Names, topicId: number): string {
  const name = topics.get(topicId)?.name;
  return typeof name === 'string' ? formatText(name) : `topic ${topicId}`;
}

/** Throws StartError where there is no such topic, or no such partition of it. */
export function topicIdOf(names: Names, name: string, partition: number | undefined): number {
  for (const [topicId, row] of names.topics) {
    if (row.name !== name) continue;
    if (partition === undefined || partition < row.partitions) return topicId;
    const text = `topic ${formatText(name)} has no partition ${partition}`;
    throw new StartError('noInput', `${text}: it has ${row.partitions}.`);
  }
  throw new StartError('noInput', `there is no topic ${formatText(name)} in the data directory.`);
}
