// The end of a simulation: everything is worked off, and what is there is held against what clients were told.
import {
  batchHeader,
  MillraceError,
  type ResponseInput,
  readRecords,
  recordGroup,
} from '@millrace/protocol';
import { vi } from 'vitest';
import type { Actors, Topics } from './actors.ts';
import { PARTITIONS, type SimGroup } from './sim-groups.ts';
import type { Witness } from './witness.ts';
import type { World } from './world.ts';

const text = new TextDecoder();
const ROUNDS_MAX = 400;

interface Found {
  readonly payload: string;
  /** A copy that redrive made for one group, since the message itself could not be opened again. */
  readonly isCopy: boolean;
}

type Log = ReadonlyMap<string, Found>;

type Counters = ResponseInput<'Counters'>['partitions'][number];

/** Calls and lets time pass until there is a reply; an aborted commit is tried again. */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    const settled = call().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await vi.advanceTimersByTimeAsync(150);
    const outcome = await settled;
    if ('value' in outcome) return outcome.value;
    if (!(outcome.error instanceof MillraceError && outcome.error.code === 'STORAGE_ERROR'))
      throw outcome.error;
  }
}

export async function settle(
  world: World,
  witness: Witness,
  actors: Actors,
  topics: Topics,
): Promise<void> {
  await untilTasksEnd(world);
  for (const group of actors.groups) await drain(world, witness, actors, topics, group);
  const log = await readTopic(world, topics.work, PARTITIONS);
  checkLog(witness, log);
  for (const { name } of actors.groups) {
    await checkCounts(world, witness, name, log.size);
    await checkLetters(world, witness, name, log);
  }
  await checkResults(world, witness, topics);
}

async function untilTasksEnd(world: World): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { tasks } = await asked(() => world.call('ListTasks', { taskIds: null }));
    if (tasks.every(({ state }) => state !== 'running')) return;
    await vi.advanceTimersByTimeAsync(500);
  }
  throw new Error('a task does not end');
}

async function countersOf(world: World, group: string): Promise<readonly Counters[]> {
  return (await asked(() => world.call('Counters', { group }))).partitions;
}

function sum(partitions: readonly Counters[], names: readonly (keyof Counters)[]): number {
  return partitions.reduce(
    (all, one) => all + names.reduce((n, name) => n + Number(one[name]), 0),
    0,
  );
}

const OPEN = ['fresh', 'ready', 'scheduled', 'leased', 'parked', 'blocked'] as const;

/** Accepts all that comes, and lets blocked messages try again, until nothing is left. */
async function drain(
  world: World,
  witness: Witness,
  actors: Actors,
  topics: Topics,
  group: SimGroup,
): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const partitions = await countersOf(world, group.name);
    if (sum(partitions, OPEN) === 0) return;
    if (sum(partitions, ['blocked']) > 0) await unblock(world, witness, topics, group.name);
    const messages = await asked(() => actors.receive(group, 1_000));
    actors.held.length = 0;
    for (const message of messages) await asked(() => actors.acknowledge(message, 'accept'));
    await vi.advanceTimersByTimeAsync(300);
  }
  witness.violations.push(
    `${group.name} does not drain: ${JSON.stringify(await countersOf(world, group.name))}`,
  );
}

async function unblock(world: World, witness: Witness, topics: Topics, group: string) {
  witness.disturb(group);
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const blocked = {
      group,
      topic: 'work',
      partition,
      state: 'blocked',
      fromOffset: 0,
      maxRanges: 100,
    } as const;
    const { ranges } = await asked(() => world.call('ListMessages', blocked));
    const items = ranges.map(({ firstOffset, lastOffset }) => {
      return { topicId: topics.work, partition, firstOffset, lastOffset };
    });
    const change = { group, action: 'retry', delayMs: null, items } as const;
    if (items.length > 0)
      await asked(() => world.call('ChangeMessages', { ...change, items: [...items] }));
  }
}

async function readTopic(world: World, topicId: number, partitions: number): Promise<Log> {
  const found = new Map<string, Found>();
  for (let partition = 0; partition < partitions; partition += 1) {
    let offset = 0;
    for (;;) {
      const at = { topicId, partition, offset, maxBytes: 10_000_000 };
      const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000, partitions: [at] };
      const reply = await asked(() => world.call('Fetch', request));
      const [read] = reply.partitions;
      if (read === undefined || offset >= read.endOffset) break;
      for (const batch of read.batches) {
        const { baseOffset } = batchHeader(batch);
        for (const record of readRecords(batch)) {
          found.set(`${partition}/${record.offset}`, {
            payload: record.value === null ? '' : text.decode(record.value),
            isCopy: recordGroup(batch, record.offset - baseOffset) !== 0,
          });
          offset = record.offset + 1;
        }
      }
    }
  }
  return found;
}

/** I2: what was acknowledged is there, and nothing is there that was not sent, or twice. */
function checkLog(witness: Witness, log: Log): void {
  const payloads = new Set<string>();
  for (const [place, { payload, isCopy }] of log) {
    if (isCopy) continue;
    if (!witness.wasSent(payload)) witness.violations.push(`${place} holds what nobody sent`);
    if (payloads.has(payload) && !witness.mayBeThereTwice(payload))
      witness.violations.push(`${place} holds what is there twice`);
    payloads.add(payload);
  }
  for (const [place, { payload }] of witness.stored) {
    if (log.get(place)?.payload !== payload)
      witness.violations.push(`${place} was acknowledged and is lost`);
  }
}

/** I3: every message is acknowledged or dead, and the counters say so. */
async function checkCounts(world: World, witness: Witness, group: string, records: number) {
  const partitions = await countersOf(world, group);
  const resolved = sum(partitions, ['acknowledged', 'dead', 'removed', 'purged', 'skipped']);
  if (resolved !== records)
    witness.violations.push(
      `${group}: ${resolved} resolved of ${records}: ${JSON.stringify(partitions)}`,
    );
  const accepted = witness.acceptedIn(group).length;
  if (sum(partitions, ['acknowledged']) < accepted)
    witness.violations.push(
      `${group}: fewer acknowledged than the ${accepted} that were confirmed`,
    );
}

/** I6: a message that is dead with a copy has exactly one letter that nobody has redriven. */
async function checkLetters(world: World, witness: Witness, group: string, log: Log) {
  const copies = [...log.values()].filter(({ isCopy }) => isCopy);
  const copied = new Set(copies.map(({ payload }) => payload));
  const dead = new Set<string>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const request = {
      group,
      topic: 'work',
      partition,
      state: 'dead',
      fromOffset: 0,
      maxRanges: 1_000,
    } as const;
    const { ranges } = await asked(() => world.call('ListMessages', request));
    for (const { firstOffset, lastOffset, deadReason } of ranges) {
      if (deadReason === 'cancelled') continue;
      for (let offset = firstOffset; offset <= lastOffset; offset += 1)
        dead.add(`${partition}/${offset}`);
    }
  }
  const letters = await openLetters(world, `${group}.dlq`);
  for (const place of letters) {
    if (!dead.delete(place))
      witness.violations.push(`${group}: ${place} has a letter and is not dead, or two`);
  }
  for (const place of dead) {
    if (copied.has(log.get(place)?.payload ?? '')) continue;
    witness.violations.push(`${group}: ${place} is dead without a letter`);
  }
}

/** Sources of the letters that no redrive has resolved. */
async function openLetters(world: World, topic: string): Promise<string[]> {
  const { topics } = await asked(() => world.call('DescribeTopics', { topics: [topic] }));
  const { groups } = await asked(() => world.call('DescribeShareGroups', { groups: null }));
  const group = groups.find((each) => each.topics.some((attached) => attached.topic === topic));
  const sources: string[] = [];
  for (const { partition, startOffset, endOffset } of topics[0]?.partitions ?? []) {
    for (let fromOffset = startOffset; fromOffset < endOffset; fromOffset += 1) {
      const request = { topic, partition, fromOffset, maxMessages: 1, maxBytes: 1_000_000 };
      const reply = await asked(() =>
        world.call('Peek', { ...request, group: group?.group ?? null }),
      );
      if (reply.ranges[0]?.state === 'acknowledged') continue;
      for (const batch of reply.batches) {
        for (const { headers } of readRecords(batch, {
          from: fromOffset,
          to: fromOffset,
        })) {
          const value = (name: string) =>
            text.decode(headers.findLast(([key]) => key === name)?.[1]);
          sources.push(`${value('millrace-dlq-partition')}/${value('millrace-dlq-offset')}`);
        }
      }
    }
  }
  return sources;
}

/** What a transaction produced is there once if it was confirmed, and only where the message is acknowledged. */
async function checkResults(world: World, witness: Witness, topics: Topics): Promise<void> {
  const log = await readTopic(world, topics.out, 1);
  const results = [...log.values()].map(({ payload }) => payload);
  const unique = new Set(results);
  if (unique.size !== results.length)
    witness.violations.push('a transaction was carried out twice');
  for (const result of witness.confirmed) {
    if (!unique.has(result))
      witness.violations.push(`the result ${result} was confirmed and is lost`);
  }
}
