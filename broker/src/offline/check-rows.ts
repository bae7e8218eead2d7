// The rows of every table: each can be read (of batches the key alone; check-log.ts has the rest), and belongs to a topic, partition or group that exists.
// What a sweep has not come to yet belongs to what was deleted, and is no problem.

import type { KeyPart, ScannedRow, Snapshot, TableName, TableSpec } from '@millrace/storage';
import { TABLES } from '@millrace/storage';
import { type Names, topicText } from './names.ts';
import type { Problems } from './problems.ts';
import type { Screen } from './screen.ts';
import { formatCount } from './text.ts';

/** Which parts of a key name a group, a topic and a partition. Rows that go by time alone may outlive both. */
const REFERS: { readonly [T in TableName]?: readonly ('group' | 'topic' | 'partition')[] } = {
  batches: ['topic', 'partition'],
  segments: ['topic', 'partition'],
  compactions: ['topic', 'partition'],
  quarantines: ['topic', 'partition'],
  sequences: ['topic', 'partition'],
  members: ['group'],
  offsets: ['group', 'topic', 'partition'],
  attachments: ['group', 'topic'],
  sharePartitions: ['group', 'topic', 'partition'],
  runs: ['group', 'topic', 'partition'],
  dead: ['group', 'topic', 'partition'],
  lastErrors: ['group', 'topic', 'partition'],
  waiting: ['group', 'topic', 'partition'],
  waitLanes: ['group', 'topic', 'partition'],
  laneParked: ['group', 'topic', 'partition'],
  purges: ['group', 'topic', 'partition'],
};

/** True when every row could be read: only then is it of use to look at what they say together. */
export function checkRows(
  snapshot: Snapshot,
  names: Names,
  problems: Problems,
  screen: Screen,
): boolean {
  const before = problems.count;
  for (const keyHex of snapshot.strangers()) {
    problems.corrupt({ table: 'unknown', keyHex, message: 'the key belongs to no table' });
  }
  for (const table of Object.keys(TABLES) as TableName[]) {
    let rows = 0;
    for (const row of snapshot.scan(table, { keysOnly: table === 'batches' })) {
      rows += 1;
      if (rows % 1_000 === 0) screen.progress(`verifying ${table}`, rows, 0, formatCount);
      checkRow(table, row, names, problems);
    }
  }
  return problems.count === before;
}

function checkRow(table: TableName, row: ScannedRow, names: Names, problems: Problems): void {
  const { key, keyHex, fault } = row;
  const place = key === undefined ? {} : placeOf(table, key, names);
  if (fault !== undefined || key === undefined) {
    problems.corrupt({ table, keyHex, ...place, message: fault ?? 'the key cannot be read' });
    return;
  }
  const message = strayText(table, key, names);
  if (message !== undefined) problems.contradiction({ table, keyHex, ...place, message });
}

type Key = readonly (number | string)[];

function strayText(table: TableName, key: Key, names: Names): string | undefined {
  let topicId = 0;
  for (const [at, what] of (REFERS[table] ?? []).entries()) {
    const part = Number(key[at]);
    if (what === 'group') {
      if (names.sweptGroups.has(part)) return undefined;
      if (!names.groups.has(part)) return `there is no group ${part}`;
    } else if (what === 'topic') {
      topicId = part;
      if (names.sweptTopics.has(part)) return undefined;
      if (!names.topics.has(part)) return `there is no topic ${part}`;
    } else if (what === 'partition') {
      const partitions = names.topics.get(topicId)?.partitions ?? 0;
      if (part >= partitions) return `there is no partition ${part}: the topic has ${partitions}`;
    }
  }
  return undefined;
}

/** What the key says of where the row belongs. */
function placeOf(table: TableName, key: Key, names: Names) {
  const refers = REFERS[table] ?? [];
  const numberAt = (what: 'group' | 'topic' | 'partition') => {
    const at = refers.indexOf(what);
    return at === -1 ? undefined : Number(key[at]);
  };
  const [topicId, groupId, partition] = [
    numberAt('topic'),
    numberAt('group'),
    numberAt('partition'),
  ];
  const parts: readonly KeyPart[] = (TABLES[table] as TableSpec).key;
  const hasOffset = refers.length > 0 && parts.at(-1) === 'u53' && parts.length > refers.length;
  return {
    ...(topicId === undefined ? {} : { topic: topicText(names, topicId) }),
    ...(groupId === undefined ? {} : { group: names.groups.get(groupId)?.name ?? `${groupId}` }),
    ...(partition === undefined ? {} : { partition }),
    ...(hasOffset ? { offset: Number(key.at(-1)) } : {}),
  };
}
