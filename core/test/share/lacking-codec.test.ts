// A broker that lacks a codec it stored before: what needs no records goes on, what needs them says so and changes
// nothing.
import {
  batchHeader,
  DEAD_LETTER_HEADERS,
  encodeBatch,
  readRecords,
  registerCodec,
  requireCodec,
} from '@millrace/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  decideAcknowledge,
  decideAppend,
  decideCreateShareGroup,
  decideCreateTopic,
  decideReceive,
  decideSift,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';

const snappy = requireCodec('snappy');
const bytes = (text: string) => new TextEncoder().encode(text);
const VALUE = bytes('the same again '.repeat(100));

let machine: Machine;

beforeEach(() => {
  registerCodec('snappy', snappy);
  machine = new Machine();
  const topic = { name: 'orders', partitions: 2, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, { ...topic, config: topicChange({}) });
});
afterEach(() => registerCodec('snappy', snappy));

function createGroup(config: Parameters<typeof decideCreateShareGroup>[2]['config']): void {
  const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: null };
  machine.run(decideCreateShareGroup, { ...group, config });
}

function append(partition: number, codec: 'snappy' | 'none'): void {
  const records = ['a', 'b', 'a'].map((key) => ({ key: bytes(key), value: VALUE }));
  const batch = encodeBatch(records, { nowMs: machine.nowMs, codec });
  machine.run(decideAppend, { topicId: 1, partition, batch, header: batchHeader(batch) });
}

function receive(partition: number) {
  const command = { groupId: 1, topicId: 1, partition, memberId: 'm', maxMessages: 10 };
  return machine.decide(decideReceive, {
    ...command,
    maxBytes: 1_000_000,
    visibilityTimeoutMs: 30_000,
  });
}

describe('a stored batch whose codec is lacking [L-130]', () => {
  it('is leased where no order has to be found in it', () => {
    createGroup({});
    append(0, 'snappy');
    registerCodec('snappy', null);
    const got = receive(0);
    expect(got.error ?? got.reply.leases).toMatchObject([{ firstOffset: 0, lastOffset: 2 }]);
  });

  it('is not leased in an ordered group, nor is its order taken for none; other partitions go on', () => {
    createGroup({ ordering: 'key' });
    append(0, 'snappy');
    append(1, 'none');
    registerCodec('snappy', null);
    expect(receive(0).error).toMatchObject({ code: 'UNSUPPORTED_CODEC' });
    expect(receive(0).error?.message).toContain("it needs the package 'snappy'");
    expect(machine.run(decideSift, { groupId: 1, topicId: 1, partition: 0 }).passed).toBe(0);
    const other = receive(1);
    expect(other.error ?? other.reply.leases).not.toEqual([]);

    registerCodec('snappy', snappy);
    const got = receive(0);
    expect(got.error ?? got.reply.leases).not.toEqual([]);
  });

  it('is stood in for when its messages die [L-24]', () => {
    const dead = { name: 'dead', partitions: 1, annotations: null, validateOnly: false };
    machine.run(decideCreateTopic, { ...dead, config: topicChange({}) });
    const group = { group: 'workers', topics: ['orders'], startAt: -2, deadLetterTopic: 'dead' };
    machine.run(decideCreateShareGroup, { ...group, config: { onExhausted: 'dlq' } });
    append(0, 'snappy');
    const got = receive(0);
    if (got.error !== undefined) throw got.error;
    registerCodec('snappy', null);
    const [lease] = got.reply.leases;
    const item = { firstOffset: 0, lastOffset: 0, token: lease?.token ?? 0 };
    const how = { kind: 'reject' as const, delayMs: null, errorText: null };
    const command = { groupId: 1, topicId: 1, partition: 0, ...item, ...how };
    expect(machine.run(decideAcknowledge, command).deadLettered).toBe(1);
    const letters = [...machine.view.range('batches', { prefix: [2, 0] })];
    const [letter] = letters.flatMap(([, batch]) => readRecords(batch));
    const why = letter?.headers.find(([name]) => name === DEAD_LETTER_HEADERS.undecodable)?.[1];
    expect(Buffer.from(why ?? []).toString()).toContain('no codec snappy');
  });
});
