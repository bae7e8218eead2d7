// A topic whose messages die, its dead letters, and a redrive of them: what is where can be asked at any moment.
// Every message has a value of its own, and must be in exactly one place.

import { batchHeader, encodeBatch, readRecords, recordGroup } from '@millrace/protocol';
import {
  decideAcknowledge,
  decideAppend,
  decideChangeMessages,
  decideCreateShareGroup,
  decideCreateTopic,
  decideDue,
  decideReceive,
  decideRedriveSlice,
  decideStartRedrive,
  type Lease,
  peek,
  type TaskRow,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';

const TEXT = new TextDecoder();
export const PARTITIONS = 2;
export const TOPICS = { orders: 1, letters: 2, elsewhere: 3 } as const;
export const GROUPS = { workers: 1, undertakers: 2 } as const;
type TopicName = keyof typeof TOPICS;
type GroupName = keyof typeof GROUPS;

export interface Held extends Lease {
  readonly topic: TopicName;
  readonly partition: number;
}

export const NO_FILTER: TaskRow['filter'] = {
  partition: null,
  fromOffset: null,
  toOffset: null,
  fromMs: null,
  toMs: null,
  reason: null,
  failedGroup: null,
  sourceTopic: null,
  error: null,
  among: null,
};

/** Where a value is, once for each time that it is there. */
export type Places = ReadonlyMap<string, readonly string[]>;

export class RedriveWorld {
  readonly machine = new Machine();
  readonly values: string[] = [];
  readonly held: Record<GroupName, Held[]> = { workers: [], undertakers: [] };

  constructor(retentionMs = -1, ordering: 'none' | 'key' = 'none') {
    const { machine } = this;
    const config = { retentionMs, segmentMs: 1_000 } as never;
    for (const name of Object.keys(TOPICS)) {
      const topic = { name: nameOf(name as TopicName), partitions: PARTITIONS, annotations: null };
      const own = name === 'orders' ? config : null;
      machine.run(decideCreateTopic, { ...topic, config: own, validateOnly: false });
    }
    const group = { startAt: -2, deadLetterTopic: null };
    const dies = { maxDeliveries: 1, visibilityTimeoutMs: 3_600_000, ordering };
    machine.run(decideCreateShareGroup, {
      ...group,
      group: 'workers',
      topics: ['orders'],
      config: dies,
    });
    const stays = { visibilityTimeoutMs: 3_600_000, backoff: 'none' as const, ordering };
    machine.run(decideCreateShareGroup, {
      ...group,
      group: 'undertakers',
      topics: ['orders.dlq'],
      config: stays,
    });
  }

  append(partition: number, count: number): void {
    const values = Array.from({ length: count }, (_, i) => `v${this.values.length + i}`);
    this.values.push(...values);
    const records = values.map((value, i) => ({
      key: Uint8Array.of(i % 2),
      value: Uint8Array.from(value, (letter) => letter.charCodeAt(0)),
    }));
    const batch = encodeBatch(records, { nowMs: this.machine.nowMs });
    const place = { topicId: TOPICS.orders, partition };
    this.machine.run(decideAppend, { ...place, batch, header: batchHeader(batch) });
  }

  receive(group: GroupName, partition: number, maxMessages: number): Held[] {
    const topic = group === 'workers' ? 'orders' : 'letters';
    const key = { groupId: GROUPS[group], topicId: TOPICS[topic], partition };
    const limits = { maxMessages, maxBytes: 1_000_000, visibilityTimeoutMs: null };
    const { leases } = this.machine.run(decideReceive, { ...key, memberId: 'ann', ...limits });
    const held = leases.map((lease) => ({ ...lease, topic, partition }) as const);
    this.held[group].push(...held);
    return held;
  }

  /** Gives the values that are done with. */
  settle(group: GroupName, kind: 'accept' | 'reject' | 'release'): string[] {
    const lease = this.held[group].shift();
    if (lease === undefined) return [];
    const { topic, partition, firstOffset, lastOffset, token } = lease;
    const key = { groupId: GROUPS[group], topicId: TOPICS[topic], partition };
    const item = { ...key, firstOffset, lastOffset, token, kind, delayMs: null, errorText: 'bad' };
    const { outcomes } = this.machine.run(decideAcknowledge, item);
    if (kind !== 'accept') return [];
    const from = { from: firstOffset, to: lastOffset };
    const records = lease.batches.flatMap((batch) => readRecords(batch, from));
    return records
      .filter(({ offset }) =>
        outcomes.some(
          (one) => one.errorCode === 0 && one.firstOffset <= offset && offset <= one.lastOffset,
        ),
      )
      .map(({ value }) => TEXT.decode(value ?? new Uint8Array()));
  }

  /** An operator puts letters off, also ones that nobody has reached. */
  reschedule(partition: number, firstOffset: number, delayMs: number): void {
    const key = { groupId: GROUPS.undertakers, topicId: TOPICS.letters, partition };
    const range = { firstOffset, lastOffset: firstOffset + 2, rowsMax: 100 };
    this.machine.run(decideChangeMessages, { ...key, ...range, action: 'reschedule', delayMs });
  }

  due(): void {
    this.machine.nowMs += 2_000;
    while (this.machine.run(decideDue, { runsMax: 5, graceUntilMs: 0 }).more);
  }

  start(change: {
    readonly target?: string | null;
    readonly filter?: Partial<TaskRow['filter']>;
    readonly ratePerSecond?: number;
    readonly dryRun?: boolean;
  }): number {
    const { filter, ...rest } = change;
    const request = { topic: 'orders.dlq', group: null, target: null, ratePerSecond: 0 };
    const full = { ...NO_FILTER, ...filter };
    const command = { ...request, dryRun: false, ...rest, filter: full };
    return this.machine.run(decideStartRedrive, command).taskId;
  }

  slice(taskId: number, messagesMax: number): boolean {
    return this.machine.run(decideRedriveSlice, { taskId, messagesMax }).isDone;
  }

  task(taskId: number) {
    const task = this.machine.state.tasks.all.get(taskId);
    if (task === undefined) throw new Error(`no task ${taskId}`);
    return task;
  }

  /** All values that are unresolved in a group or lie in the third topic. */
  places(): Places {
    const places = new Map<string, string[]>();
    const add = (value: string, place: string) =>
      places.set(value, [...(places.get(value) ?? []), place]);
    for (const [group, topic] of [
      ['workers', 'orders'],
      ['undertakers', 'letters'],
    ] as const) {
      for (const [value, state] of this.#unresolved(group, topic)) add(value, `${group} ${state}`);
    }
    for (const { value } of this.records('elsewhere')) add(value, 'elsewhere');
    return places;
  }

  *#unresolved(group: GroupName, topic: TopicName): Generator<[value: string, state: string]> {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const log = this.machine.state.logs.at(TOPICS[topic], partition);
      if (log.startOffset === log.durableEnd) continue;
      const request = { group, topic: nameOf(topic), partition, fromOffset: log.startOffset };
      const limits = { maxMessages: 1_000, maxBytes: 8_000_000 };
      const { ranges } = this.machine.run(peek, { ...request, ...limits });
      for (const { offset, value, groupId, partition: at } of this.records(topic)) {
        if (at !== partition || (groupId !== 0 && groupId !== GROUPS[group])) continue;
        const range = ranges.find((one) => one.firstOffset <= offset && offset <= one.lastOffset);
        const state = range?.state ?? 'none';
        if (!['acknowledged', 'dead', 'none'].includes(state)) yield [value, state];
      }
    }
  }

  *records(topic: TopicName) {
    for (const [[topicId, partition, base], batch] of this.machine.view.all('batches')) {
      const log = this.machine.state.logs.at(topicId, partition);
      if (topicId !== TOPICS[topic] || base < log.startOffset) continue;
      for (const [i, record] of readRecords(batch).entries()) {
        const value = TEXT.decode(record.value ?? new Uint8Array());
        const groupId = recordGroup(batch, i);
        const headers = new Map(record.headers.map(([name, text]) => [name, TEXT.decode(text)]));
        const { key, offset } = record;
        yield { partition, offset, key, value, groupId, headers };
      }
    }
  }
}

export function nameOf(topic: TopicName): string {
  return topic === 'letters' ? 'orders.dlq' : topic;
}
