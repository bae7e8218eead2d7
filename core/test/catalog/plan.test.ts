// Planning topics and groups inside other decisions, and what the catalog knows of both.
// Limits met here: topicsMax, partitionsMax, groupsMax, annotationsCharactersMax.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  applyWrites,
  Catalog,
  createShardState,
  decideDeleteTopic,
  type GroupRow,
  type PlannedTopics,
  planGroup,
  planGroupDeletion,
  planTopics,
  put,
  type Refused,
  remove,
  type TopicSpec,
} from '../../src/index.ts';
import { MemoryView } from '../support/memory-view.ts';

const CONTEXT = { nowMs: 7, random: () => 0 };
const SHARE = { kind: 'share', name: 'workers', createdAtMs: 1, config: {} } as unknown as GroupRow;

const spec = (name: string, partitions = 1): TopicSpec => ({
  name,
  partitions,
  config: null,
  annotations: null,
});

function accepted<T extends { readonly error?: undefined }>(planned: T | Refused): T {
  if (planned.error !== undefined) throw planned.error;
  return planned;
}

function shardWith(...names: string[]) {
  const state = createShardState();
  const specs = names.map((name) => spec(name));
  applyWrites(state, accepted<PlannedTopics>(planTopics(state.catalog, specs, CONTEXT)).writes);
  return state;
}

describe('planTopics', () => {
  it('bounds the annotations of a topic all together, to the character', () => {
    const { catalog } = shardWith();
    const withText = (length: number): TopicSpec => {
      const half = Math.floor(length / 2) - 1;
      const annotations = { a: 'x'.repeat(half), b: 'x'.repeat(length - half - 2) };
      return { ...spec('noted'), annotations };
    };
    const max = LIMITS.annotationsCharactersMax;
    expect(planTopics(catalog, [withText(max)], CONTEXT).error).toBeUndefined();
    const refused = planTopics(catalog, [withText(max + 1)], CONTEXT);
    expect(refused.error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      detail: { field: 'annotations', limit: `${max} characters` },
    });
  });

  it('gives ids in a row and one write of the next id', () => {
    const state = shardWith('a');
    const planned = accepted<PlannedTopics>(
      planTopics(state.catalog, [spec('b'), spec('c', 3)], CONTEXT),
    );
    expect(planned.topics.map(({ topicId, name }) => [topicId, name])).toEqual([
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(planned.writes.filter(({ table }) => table === 'meta')).toEqual([
      put('meta', ['nextTopicId'], 4),
    ]);
    applyWrites(state, planned.writes);
    expect(state.catalog.topicByName('c')).toMatchObject({ topicId: 3, partitions: 3 });
    expect(state.catalog.partitionsTotal).toBe(5);
  });

  it('plans nothing for no specs', () => {
    expect(planTopics(new Catalog(), [], CONTEXT)).toEqual({ topics: [], writes: [] });
  });

  it('refuses a name twice in one plan', () => {
    const planned = planTopics(new Catalog(), [spec('a'), spec('a')], CONTEXT);
    expect(planned.error?.code).toBe('TOPIC_EXISTS');
  });

  it('is bounded in topics and partitions [G-30]', () => {
    const many = Array.from({ length: LIMITS.topicsMax }, (_, i) => spec(`t${i}`));
    expect(planTopics(new Catalog(), many, CONTEXT).error).toBeUndefined();
    const tooMany = planTopics(new Catalog(), [...many, spec('one-more')], CONTEXT);
    expect(tooMany.error?.code).toBe('LIMIT_EXCEEDED');
    const wide = Array.from({ length: 98 }, (_, i) => spec(`t${i}`, 1_024));
    const tooWide = planTopics(new Catalog(), wide, CONTEXT);
    expect(tooWide.error?.detail).toEqual({
      field: 'partitions',
      limit: '100000 partitions in all topics',
    });
  });
});

it('has no object for a partition that was never written to', () => {
  const state = createShardState();
  const specs = Array.from({ length: 1_000 }, (_, i) => spec(`t${i}`, 10));
  applyWrites(state, accepted<PlannedTopics>(planTopics(state.catalog, specs, CONTEXT)).writes);
  expect(state.catalog.partitionsTotal).toBe(10_000);
  expect(state.logs.at(7, 3)).toBe(state.logs.at(8, 4));
  expect(state.logs.at(7, 3)).toMatchObject({ startOffset: 0, durableEnd: 0, nextOffset: 0 });
  expect(state.logs.written.size).toBe(0);
});

describe('planGroup', () => {
  it('gives the next id, and never one that was given before', () => {
    const state = shardWith();
    const first = planGroup(state.catalog, SHARE);
    if (first.error !== undefined) throw first.error;
    applyWrites(state, first.writes);
    expect(state.catalog.groupByName('workers')?.groupId).toBe(1);
    expect(planGroup(state.catalog, SHARE).error?.code).toBe('GROUP_EXISTS');
    expect(planGroup(state.catalog, { ...SHARE, name: 'a b' }).error?.code).toBe('INVALID_NAME');
    applyWrites(state, planGroupDeletion(first.groupId));
    expect(state.catalog.groupByName('workers')).toBeUndefined();
    expect(planGroup(state.catalog, SHARE)).toMatchObject({ groupId: 2 });
  });

  it('is bounded [G-30]', () => {
    const catalog = new Catalog();
    for (let id = 1; id <= LIMITS.groupsMax; id += 1) {
      catalog.groups.set(id, { ...SHARE, groupId: id });
    }
    expect(planGroup(catalog, SHARE).error?.code).toBe('LIMIT_EXCEEDED');
  });
});

describe('attachments', () => {
  /** Share group 1 takes from `orders` (1) and sends dead messages to `orders.dlq` (2). */
  function attached() {
    const state = shardWith('orders', 'orders.dlq');
    const group = planGroup(state.catalog, SHARE);
    if (group.error !== undefined) throw group.error;
    const attachment = { startAt: -2, deadLetterTopicId: 2 };
    applyWrites(state, [...group.writes, put('attachments', [1, 1], attachment)]);
    state.catalog.assertInvariants();
    return state;
  }
  const deleteTopic = (state: ReturnType<typeof attached>, name: string) =>
    decideDeleteTopic(state, new MemoryView(), { name }, CONTEXT);

  it('keep the dead-letter topic from being deleted [G-27]', () => {
    const state = attached();
    const refused = deleteTopic(state, 'orders.dlq');
    expect(refused.error?.code).toBe('TOPIC_IN_USE');
    expect(refused.error?.message).toContain('workers');
  });

  it('of a topic to itself do not keep it', () => {
    const state = attached();
    applyWrites(state, [put('attachments', [1, 2], { startAt: -2, deadLetterTopicId: 2 })]);
    applyWrites(state, [remove('attachments', [1, 1])]);
    expect(deleteTopic(state, 'orders.dlq').error).toBeUndefined();
  });

  it('go with their topic, and those who wait for messages are told [G-27]', () => {
    const state = attached();
    const decision = deleteTopic(state, 'orders');
    if (decision.error !== undefined) throw decision.error;
    expect(decision.wake).toEqual([
      { kind: 'appended', topicId: 1, partition: 0 },
      { kind: 'ready', groupId: 1, topicId: 1 },
    ]);
    applyWrites(state, decision.writes);
    state.catalog.assertInvariants();
    expect(state.catalog.attachments.size).toBe(0);
    expect(deleteTopic(state, 'orders.dlq').error).toBeUndefined();
  });

  it('go with their group', () => {
    const state = attached();
    applyWrites(state, planGroupDeletion(1));
    state.catalog.assertInvariants();
    expect(state.catalog.shareGroupsOf.size).toBe(0);
    expect(deleteTopic(state, 'orders.dlq').error).toBeUndefined();
  });

  it('are known to the dead-letter topic they have now, and to no other [L-26]', () => {
    const state = attached();
    const { catalog } = state;
    expect([...catalog.deadLetterSources]).toEqual([[2, new Map([[1, new Set([1])]])]]);
    applyWrites(state, [put('attachments', [1, 1], { startAt: -2, deadLetterTopicId: null })]);
    catalog.assertInvariants();
    expect(catalog.deadLetterSources.size).toBe(0);
    applyWrites(state, [put('attachments', [1, 1], { startAt: -2, deadLetterTopicId: 2 })]);
    expect(catalog.deadLetterUserOf(2)?.groupId).toBe(1);
    expect(deleteTopic(state, 'orders.dlq').error).toMatchObject({ code: 'TOPIC_IN_USE' });
    applyWrites(state, planGroupDeletion(1));
    expect(catalog.deadLetterSources.size).toBe(0);
  });

  it('can be taken away one by one', () => {
    const state = attached();
    applyWrites(state, [remove('attachments', [1, 1])]);
    state.catalog.assertInvariants();
    expect(state.catalog.attachments.size + state.catalog.shareGroupsOf.size).toBe(0);
  });
});

describe('what the catalog believes', () => {
  it('fails where rows contradict it', () => {
    const row = shardWith('a').catalog.topicByName('a');
    if (row === undefined) throw new Error('a is there');
    const state = createShardState();
    expect(() => applyWrites(state, [put('topics', [1], row)])).toThrow('assertion failed');
    applyWrites(state, [put('meta', ['nextTopicId'], 9), put('topics', [1], row)]);
    expect(() => applyWrites(state, [put('meta', ['nextTopicId'], 8)])).toThrow('never reused');
    expect(() => applyWrites(state, [put('topics', [1], { ...row, partitions: 0 })])).toThrow(
      'never shrinks',
    );
  });
});
