// Random topics, groups and rows of both; some are deleted, and swept in slices with restarts between them: in the end
// exactly the rows of what was deleted are gone.
import { deepEqual, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  applyWrites,
  assertInvariants,
  createShardState,
  decideDeleteTopic,
  decideSweep,
  type GroupRow,
  planGroup,
  planGroupDeletion,
  planTopics,
  put,
  type ShardState,
  type SweptRow,
  type TableName,
  type Write,
} from '../../src/index.ts';
import { MemoryView } from '../support/memory-view.ts';

const TOPICS = 3;
const GROUPS = 4;
const CONTEXT = { nowMs: 1_000, random: () => 0 };
const BY_TOPIC = ['batches', 'segments', 'dedups'] as const;
const BY_GROUP_AND_TOPIC = ['sharePartitions', 'runs', 'dead', 'lastErrors', 'offsets'] as const;
const SWEPT = [...BY_TOPIC, ...BY_GROUP_AND_TOPIC, 'attachments', 'members'] as const;

/** A shard's catalog and its rows. Rows of other tables lie in the store only: a sweep looks at nothing else. */
class Shard {
  state: ShardState = createShardState();
  readonly view = new MemoryView();

  take(writes: readonly Write[]): void {
    applyWrites(this.state, writes);
    for (const write of writes) this.view.apply(write);
    assertInvariants(this.state);
  }

  restart(): void {
    this.state = createShardState();
    for (const table of ['meta', 'sweeps', 'topics', 'groups', 'attachments'] as const) {
      this.#load(table);
    }
  }

  #load(table: TableName): void {
    for (const [key, value] of this.view.all(table)) {
      applyWrites(this.state, [put(table, key, value)]);
    }
  }

  keys(): Map<string, readonly (number | string)[][]> {
    return new Map(SWEPT.map((table) => [table, this.view.all(table).map(([key]) => [...key])]));
  }
}

function groupRow(kind: 'consumer' | 'share', name: string): GroupRow {
  const row = { kind, name, createdAtMs: 1, epoch: 0, config: {} };
  return row as unknown as GroupRow;
}

function build(rows: readonly (readonly [number, number, number, number])[]): Shard {
  const shard = new Shard();
  const names = Array.from({ length: TOPICS }, (_, i) => `topic-${i}`);
  const specs = names.map((name) => ({ name, partitions: 2, config: null, annotations: null }));
  const topics = planTopics(shard.state.catalog, specs, CONTEXT);
  if (topics.error !== undefined) throw topics.error;
  shard.take(topics.writes);
  for (let at = 0; at < GROUPS; at += 1) {
    const row = groupRow(at % 2 === 0 ? 'share' : 'consumer', `group-${at}`);
    const group = planGroup(shard.state.catalog, row);
    if (group.error !== undefined) throw group.error;
    shard.take(group.writes);
  }
  for (const [table, groupId, topicId, at] of rows) addRow(shard, table, groupId, topicId, at);
  return shard;
}

function addRow(shard: Shard, table: number, groupId: number, topicId: number, at: number): void {
  const { view } = shard;
  const [ofTopic, both] = [BY_TOPIC[table], BY_GROUP_AND_TOPIC[table - BY_TOPIC.length]];
  const row = (name: TableName, key: (number | string)[]) =>
    view.apply({ table: name, key, value: 1 } as unknown as Write);
  if (ofTopic !== undefined) row(ofTopic, [topicId, at % 2, at]);
  else if (both === 'offsets') row(both, [groupId, topicId, at]);
  else if (both !== undefined) row(both, [groupId, topicId, at % 2, at]);
  else if (groupId % 2 === 0) row('members', [groupId, `member-${at}`]);
  else
    shard.take([put('attachments', [groupId, topicId], { startAt: -2, deadLetterTopicId: null })]);
}

const topicId = fc.integer({ min: 1, max: TOPICS });
const groupId = fc.integer({ min: 1, max: GROUPS });
const tables = fc.nat({ max: SWEPT.length - 1 });

it('removes the rows of what was deleted and no others, whatever the slices [G-28]', () => {
  const scene = fc.record({
    rows: fc.array(fc.tuple(tables, groupId, topicId, fc.nat({ max: 9 })), { maxLength: 60 }),
    topics: fc.uniqueArray(topicId),
    groups: fc.uniqueArray(groupId),
    rowsMax: fc.integer({ min: 1, max: 12 }),
    restarts: fc.boolean(),
    aborts: fc.array(fc.boolean()),
  });
  fc.assert(
    fc.property(scene, ({ rows, topics, groups, rowsMax, restarts, aborts }) => {
      const shard = build(rows);
      const before = shard.keys();
      for (const id of topics) {
        const command = { name: `topic-${id - 1}` };
        const decision = decideDeleteTopic(shard.state, shard.view, command, CONTEXT);
        if (decision.error === undefined) shard.take(decision.writes);
      }
      for (const id of groups) shard.take(planGroupDeletion(id));
      sweepAll(shard, rowsMax, restarts, aborts);
      const isGone = (table: string, key: readonly (number | string)[]) => {
        const ofTopic = BY_TOPIC.some((name) => name === table);
        if (ofTopic) return topics.includes(Number(key[0]));
        if (groups.includes(Number(key[0]))) return true;
        return table !== 'members' && topics.includes(Number(key[1]));
      };
      const left = [...before].map(([table, keys]): [string, unknown] => [
        table,
        keys.filter((key) => !isGone(table, key)),
      ]);
      expect(shard.keys()).toEqual(new Map(left));
      expect(shard.view.count('sweeps')).toBe(0);
    }),
    { numRuns: 200 },
  );
});

/** Some slices are aborted: their rows are still there, whatever the next one is told. */
function sweepAll(
  shard: Shard,
  rowsMax: number,
  restarts: boolean,
  aborts: readonly boolean[],
): void {
  let after: SweptRow | undefined;
  for (let slices = 0; ; slices += 1) {
    ok(slices < 1_000);
    const decision = decideSweep(shard.state, shard.view, { rowsMax, after }, CONTEXT);
    if (decision.error !== undefined) throw decision.error;
    ok(decision.reply.rowsRemoved <= rowsMax);
    deepEqual(decision.wake, []);
    after = decision.reply.last;
    if (aborts[slices] === true) continue;
    shard.take(decision.writes);
    if (restarts) shard.restart();
    if (!decision.reply.more) return;
  }
}
