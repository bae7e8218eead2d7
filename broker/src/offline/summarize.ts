// `inspect` without a topic: what a data directory holds, in numbers. Counts rows; reads no batch.

import {
  countMessages,
  createShardState,
  loadShardState,
  type MessageCounts,
  type ShardState,
  type TopicConfig,
  type View,
} from '@millrace/core';
import { type Snapshot, TABLES, type TableName } from '@millrace/storage';
import { type PartitionFigures, partitionsOf } from './log-figures.ts';
import { type Names, readNames } from './names.ts';
import type { OpenData } from './open-data.ts';
import type { Screen } from './screen.ts';
import { usersOf } from './security-rows.ts';
import { formatCount, formatSize, formatText, formatTime, properties, textTable } from './text.ts';

export interface TableFigures {
  readonly table: TableName;
  readonly rows: number;
  /** Of keys and values, without what the file needs around them. */
  readonly bytes: number;
}

interface TopicFigures {
  readonly topicId: number;
  readonly name: string;
  readonly createdAtMs: number;
  readonly config: TopicConfig;
  readonly partitions: readonly PartitionFigures[];
}

/** Key bytes of a batch, for `batches` is counted by its keys and by what segments say. */
const BATCH_KEY_BYTES = 15;

export function summarize({ directory, file, snapshot, view }: OpenData, screen: Screen) {
  const names = readNames(view);
  const loaded = loadedState(view);
  const topics = [...names.topics].map(([topicId, row]): TopicFigures => {
    const { name, createdAtMs, config } = row;
    const written = new Map(partitionsOf(view, topicId).map((each) => [each.partition, each]));
    const partitions = Array.from({ length: row.partitions }, (_, partition) => {
      const empty = { partition, startOffset: 0, endOffset: 0, segments: 0, bytes: 0 };
      return written.get(partition) ?? empty;
    });
    return { topicId, name, createdAtMs, config, partitions };
  });
  const { fileBytes, usedBytes } = snapshot.size();
  const meta = (name: string) => view.get('meta', [name]) ?? null;
  return {
    directory,
    file,
    fileBytes,
    usedBytes,
    formatVersion: meta('formatVersion'),
    instanceId: meta('instanceId'),
    clockMs: meta('clockMs'),
    topics,
    groups: [...names.groups].map(([groupId, group]) => ({
      groupId,
      name: group.name,
      kind: group.kind,
      createdAtMs: group.createdAtMs,
      ...(group.kind === 'share'
        ? { messages: loaded && countMessages(loaded, view, groupId) }
        : consumersOf(view, names, groupId)),
    })),
    producers: [...view.range('producers', {})].map(([[producerId], row]) => ({
      producerId,
      ...row,
    })),
    schedules: [...view.range('schedules', {})].map(([[scheduleId], row]) => {
      const { name, topic, paused, nextAtMs, sent } = row;
      return { scheduleId, name, topic, paused, nextAtMs, sent };
    }),
    tasks: [...view.range('tasks', {})].map(([[taskId], row]) => {
      const { kind, state, topic, group, total, moved } = row;
      return { taskId, kind, state, topic, group, total, moved };
    }),
    users: usersOf(view),
    beingSwept: { topics: names.sweptTopics.size, groups: names.sweptGroups.size },
    tables: tablesOf(snapshot, view, screen),
  };
}

export type Summary = ReturnType<typeof summarize>;

/** Exact counts, as a broker would tell them; null where the rows do not load. */
function loadedState(view: View): ShardState | null {
  try {
    const state = createShardState();
    loadShardState(state, view);
    return state;
  } catch {
    return null;
  }
}

function consumersOf(view: View, names: Names, groupId: number) {
  const members = [...view.range('members', { prefix: [groupId], keysOnly: true })].map(
    ([[, memberId]]) => memberId,
  );
  const offsets = [...view.range('offsets', { prefix: [groupId] })].map(([key, row]) => {
    const [, topicId, partition] = key;
    const [offset, metadata, committedAtMs] = row;
    const topic = names.topics.get(topicId)?.name ?? `${topicId}`;
    return { topic, partition, offset, metadata, committedAtMs };
  });
  return { members, offsets };
}

function tablesOf(snapshot: Snapshot, view: View, screen: Screen): TableFigures[] {
  return (Object.keys(TABLES) as TableName[]).map((table) => {
    let rows = 0;
    let bytes = 0;
    const seen = () => {
      rows += 1;
      if (rows % 1_000 === 0) screen.progress(`counting ${table}`, rows, 0, formatCount);
    };
    if (table === 'batches') {
      for (const _ of snapshot.range(table, { keysOnly: true })) seen();
      for (const [, row] of view.range('segments', {})) bytes += row[1];
      return { table, rows, bytes: bytes + rows * BATCH_KEY_BYTES };
    }
    for (const row of snapshot.scan(table)) {
      seen();
      bytes += row.bytes;
    }
    return { table, rows, bytes };
  });
}

export function summaryText(summary: Summary): string {
  const { topics, groups, tables, schedules, tasks, producers, users } = summary;
  const parts = [headText(summary)];
  if (topics.length > 0) parts.push(topicsText(topics));
  if (groups.length > 0) parts.push(groupsText(groups));
  const others = [
    ['producers', producers.length],
    ['schedules', schedules.length],
    ['tasks', tasks.length],
    ['users', users.length],
    ['topics being swept', summary.beingSwept.topics],
    ['groups being swept', summary.beingSwept.groups],
  ] as const;
  const counted = others.filter(([, count]) => count > 0);
  if (counted.length > 0) {
    parts.push(properties(counted.map(([name, count]) => [name, formatCount(count)])));
  }
  const filled = tables.filter(({ rows }) => rows > 0);
  const cells = filled.map(({ table, rows, bytes }) => [
    table,
    formatCount(rows),
    formatSize(bytes),
  ]);
  parts.push(textTable(['TABLE', 'ROWS', 'SIZE'], cells, ['ROWS', 'SIZE']));
  return parts.join('\n\n');
}

function headText(summary: Summary): string {
  const { directory, formatVersion, instanceId, clockMs, fileBytes, usedBytes, topics } = summary;
  const partitions = topics.flatMap((topic) => topic.partitions);
  const free = formatSize(Math.max(0, fileBytes - usedBytes));
  return properties([
    ['directory', directory],
    ['format', String(formatVersion)],
    ['instance', String(instanceId)],
    ['last commit', typeof clockMs === 'number' ? formatTime(clockMs) : 'unknown'],
    ['file', `${formatSize(fileBytes)}, of which ${free} can be used again`],
    ['topics', formatCount(topics.length)],
    ['segments', formatCount(partitions.reduce((sum, { segments }) => sum + segments, 0))],
    ['log', formatSize(partitions.reduce((sum, { bytes }) => sum + bytes, 0))],
  ]);
}

function topicsText(topics: Summary['topics']): string {
  const rows = topics.flatMap(({ name, topicId, partitions }) =>
    partitions.map((each) => [
      formatText(name),
      String(topicId),
      String(each.partition),
      formatCount(each.startOffset),
      formatCount(each.endOffset),
      formatCount(each.segments),
      formatSize(each.bytes),
    ]),
  );
  const heads = ['TOPIC', 'ID', 'PARTITION', 'START', 'END', 'SEGMENTS', 'SIZE'];
  return textTable(heads, rows, heads.slice(1));
}

function groupsText(groups: Summary['groups']): string {
  const rows = groups.map((group) => {
    const { name, kind } = group;
    if ('offsets' in group) {
      const { members, offsets } = group;
      return [formatText(name), kind, `${members.length} members, ${offsets.length} offsets`];
    }
    return [formatText(name), kind, countsText(group.messages)];
  });
  return textTable(['GROUP', 'KIND', 'STATE'], rows);
}

function countsText(counts: MessageCounts | null): string {
  if (counts === null) return 'the rows do not load: see --verify';
  const filled = Object.entries<number>({ ...counts }).filter(([, count]) => count > 0);
  return (
    filled.map(([state, count]) => `${formatCount(count)} ${state}`).join(', ') || 'no messages'
  );
}
