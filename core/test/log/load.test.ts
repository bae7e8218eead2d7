// Loading from rows that cannot be: a store that contradicts itself is not served from.
import { expect, it } from 'vitest';
import {
  createShardState,
  loadShardState,
  put,
  type SegmentRow,
  TOPIC_DEFAULTS,
  type Write,
} from '../../src/index.ts';
import { MemoryView } from '../support/memory-view.ts';

const TOPIC = {
  name: 'orders',
  partitions: 2,
  createdAtMs: 1,
  config: TOPIC_DEFAULTS,
  annotations: {},
};
const CATALOG: Write[] = [put('meta', ['nextTopicId'], 2), put('topics', [1], TOPIC)];

const segment = (partition: number, baseOffset: number, row: SegmentRow, topicId = 1): Write =>
  put('segments', [topicId, partition, baseOffset], row);

function load(rows: readonly Write[]) {
  const view = new MemoryView();
  for (const row of rows) view.apply(row);
  const state = createShardState();
  loadShardState(state, view);
  return state;
}

it('takes the end of a log from its last segment, and all of it as durable [D-4][D-5]', () => {
  const rows = [segment(0, 7, [9, 100, 5, 6, 0, 0]), segment(0, 9, [12, 50, 6, 8, 0, 0])];
  const log = load([...CATALOG, ...rows]).logs.at(1, 0);
  expect(log).toMatchObject({ startOffset: 7, durableEnd: 12, nextOffset: 12, lastAppendMs: 8 });
  expect(log.bytes).toBe(150);
});

it('passes over what is being swept [D-6]', () => {
  const sweep = put('sweeps', ['topic', 7], 0);
  const state = load([...CATALOG, sweep, segment(0, 0, [2, 9, 1, 1, 0, 0], 7)]);
  expect(state.logs.written.size).toBe(0);
  expect([...state.catalog.sweptTopics]).toEqual([[7, 0]]);
});

it.each<[string, Write[], string]>([
  [
    'a gap between segments',
    [segment(0, 0, [2, 9, 1, 1, 0, 0]), segment(0, 3, [4, 9, 1, 1, 0, 0])],
    'segments have no gap',
  ],
  [
    'time that goes back',
    [segment(0, 0, [2, 9, 5, 6, 0, 0]), segment(0, 2, [4, 9, 4, 7, 0, 0])],
    'time goes on',
  ],
  ['bytes without records', [segment(0, 0, [0, 9, 1, 1, 0, 0])], 'bytes have offsets'],
  [
    'bytes to sweep below a later segment',
    [segment(0, 0, [2, 9, 1, 1, 0, 0]), segment(0, 2, [4, 9, 1, 1, 0, 0, 1])],
    'only the first',
  ],
  ['a log without a topic', [segment(0, 0, [2, 9, 1, 1, 0, 0], 9)], 'a log has its topic'],
  ['a log of a partition too many', [segment(2, 0, [2, 9, 1, 1, 0, 0])], 'a log has its topic'],
  ['a topic whose id is still free', [put('topics', [2], TOPIC)], 'assertion failed'],
  ['a topic that exists and is swept', [put('sweeps', ['topic', 1], 0)], 'is not swept'],
])('refuses %s', (_, rows, belief) => {
  expect(() => load([...CATALOG, ...rows])).toThrow(belief);
});
