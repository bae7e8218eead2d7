// All that a broker tells of what a data directory holds, as plain JSON: bytes as hex, and nothing that depends on when it is
// asked.

import { MESSAGE_STATES, readRecords } from '@millrace/protocol';
import type { TestShard } from '../shard/open-test-shard.ts';
import { ACCESS_KEY, BY_KEY, EMPTIED, READERS, SALES, WORKERS } from './make-format.ts';

const SHARE_GROUPS = [WORKERS, BY_KEY, EMPTIED];
const PARTITIONS = [0, 1];

export async function toldBy(shard: TestShard): Promise<unknown> {
  const { call } = shard;
  const { topics } = await call('DescribeTopics', { topics: null });
  return plain({
    topics,
    records: await recordsOf(shard, topics),
    groups: await call('ListGroups', {}),
    shareGroups: await call('DescribeShareGroups', { groups: null }),
    counters: await inTurn(
      SHARE_GROUPS,
      async (group) => (await call('Counters', { group })).partitions,
    ),
    states: await inTurn(SHARE_GROUPS, (group) => statesOf(shard, group)),
    result: await call('GetMessage', { group: WORKERS, topicId: 1, partition: 0, offset: 0 }),
    members: await call('DescribeGroup', { group: READERS }),
    offsets: await call('OffsetFetch', { group: READERS, partitions: null }),
    effects: await inTurn(['charge-1', 'charge-2', 'none'], (key) =>
      call('GetEffect', { group: WORKERS, key }),
    ),
    schedules: await call('ListSchedules', {}),
    tasks: await call('ListTasks', { taskIds: null }),
    users: await call('ListUsers', { users: null }),
    rules: await call('ListAcls', { user: null }),
    secret: await call('GetAccessKey', {
      accessKeyId: ACCESS_KEY.accessKeyId,
      remoteAddress: null,
    }),
  });
}

async function statesOf({ call }: TestShard, group: string) {
  return inTurn(PARTITIONS, (partition) =>
    inTurn(MESSAGE_STATES, async (state) => {
      const { ranges } = await call('ListMessages', { group, topic: SALES, partition, state });
      return [partition, state, ranges];
    }),
  );
}

async function recordsOf(
  { call }: TestShard,
  topics: readonly {
    readonly topicId: number;
    readonly partitions: readonly { readonly partition: number; readonly startOffset: number }[];
  }[],
) {
  const places = topics.flatMap(({ topicId, partitions }) =>
    partitions.map(({ partition, startOffset: offset }) => ({ topicId, partition, offset })),
  );
  return inTurn(places, async (place) => {
    const { partitions } = await call('Fetch', { maxWaitMs: 0, partitions: [place] });
    const records = (partitions[0]?.batches ?? []).flatMap((batch) => readRecords(batch));
    return records.map(({ offset, timestampMs, key, value, headers }) => ({
      ...place,
      offset,
      timestampMs,
      key,
      headers,
      value: value !== null && value.length > 100 ? `${value.length} of ${value[0]}` : value,
    }));
  });
}

async function inTurn<T, R>(list: readonly T[], ask: (each: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const each of list) answers.push(await ask(each));
  return answers;
}

/** As JSON.parse gives it. */
export function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    // A Buffer comes as what its toJSON makes of it.
    if ('type' in each && each.type === 'Buffer' && 'data' in each)
      return Buffer.from(each.data as number[]).toString('hex');
    return each instanceof Uint8Array ? Buffer.from(each).toString('hex') : each;
  });
  return JSON.parse(text);
}
