// Random producers that repeat, skip, go back, begin new epochs and fall silent, over restarts: each batch is answered as
// the list of all that was ever sent says.
// Limits met here: producerBatchesInFlightMax, producerExpiryMs.
import { deepEqual } from 'node:assert/strict';
import { MillraceError } from '@millrace/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideAppend,
  decideCreateTopic,
  decideExpireRows,
  decideInitProducer,
  put,
} from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { type NaiveBatch, NaiveSequences } from './naive-sequences.ts';

const PARTITIONS = 2;
const TOPIC = 1;
const HOUR = 3_600_000;

const ops = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      producer: fc.nat({ max: 3 }),
      partition: fc.nat({ max: PARTITIONS - 1 }),
      /** Batches back from the next one; below 0: ahead of it. */
      back: fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, -1),
      epochsBack: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, -1),
      count: fc.integer({ min: 1, max: 3 }),
      isOtherCount: fc.constantFrom(false, false, false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bump' as const), producer: fc.nat({ max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      hours: fc.constantFrom(0.5, 1, 12, 23, 24, 25),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

const ASKED = { name: null, producerId: null, producerEpoch: null };

function machineWithTopic(): Machine {
  const machine = new Machine();
  const config = topicChange({ retentionMs: -1 });
  const topic = { name: 'orders', partitions: PARTITIONS, config, annotations: null };
  machine.run(decideCreateTopic, { ...topic, validateOnly: false });
  return machine;
}

function send(machine: Machine, { producerId, partition, epoch, sequence, count }: NaiveBatch) {
  const records = Array.from({ length: count }, () => ({ value: new Uint8Array(3) }));
  const stamp = { producerId, producerEpoch: epoch, sequence };
  return machine.decide(decideAppend, appendRecords(TOPIC, partition, records, 'none', stamp));
}

function toldOf(decision: ReturnType<typeof send>): string | number {
  return decision.error === undefined ? decision.reply.baseOffset : decision.error.code;
}

class Twins {
  readonly machine = machineWithTopic();
  readonly naive = new NaiveSequences(PARTITIONS);
  seen = new Set<string>();

  run(op: Op): void {
    const { machine, naive } = this;
    if (op.kind === 'append') this.#append(op);
    if (op.kind === 'time') machine.nowMs += op.hours * HOUR;
    if (op.kind === 'restart') machine.reload();
    if (op.kind === 'add') {
      naive.add(machine.run(decideInitProducer, ASKED).producerId, machine.nowMs);
    }
    if (op.kind === 'bump') this.#bump(op.producer);
    if (op.kind === 'expire') this.#expire();
  }

  #append(op: Op & { kind: 'append' }): void {
    const { machine, naive } = this;
    const producerId = op.producer + 1;
    const present = naive.producers.get(producerId)?.epoch ?? 0;
    const line = naive.line(producerId, op.partition, machine.nowMs);
    const sent = line?.epoch === present ? line.sent : [];
    const next = sent.reduce((sum, one) => sum + one.count, 0);
    const earlier = op.back > 0 ? sent.at(-op.back) : undefined;
    const sequence = earlier?.sequence ?? (op.back < 0 ? next + 1 : next);
    const count = earlier !== undefined && !op.isOtherCount ? earlier.count : op.count;
    const epoch = Math.max(0, present - op.epochsBack);
    const batch = { producerId, partition: op.partition, epoch, sequence, count };
    const before = naive.ends[op.partition];
    const said = naive.append(batch, machine.nowMs);
    const isNew = naive.ends[op.partition] !== before;
    const decision = send(machine, batch);
    const told = toldOf(decision);
    deepEqual(told, said);
    if (decision.error === undefined) deepEqual(decision.reply.repeated, !isNew);
    deepEqual(machine.state.logs.at(TOPIC, op.partition).nextOffset, naive.ends[op.partition]);
    this.seen.add(typeof said === 'string' ? said : isNew ? 'new' : 'repeated');
  }

  #bump(producer: number): void {
    const { machine, naive } = this;
    const producerEpoch = naive.producers.get(producer + 1)?.epoch ?? 0;
    const asked = { name: null, producerId: producer + 1, producerEpoch };
    const decision = machine.decide(decideInitProducer, asked);
    const epoch = naive.bump(producer + 1, machine.nowMs);
    deepEqual(decision.error === undefined ? decision.reply.producerEpoch : -1, epoch);
  }

  /** What is left is what still counts, and each row has one entry. */
  #expire(): void {
    const { machine, naive } = this;
    machine.run(decideExpireRows, { rowsMax: 1_000 });
    const ids = [...naive.producers.keys()];
    const live = ids.filter((id) => naive.known(id, machine.nowMs) !== undefined);
    deepEqual(
      machine.view.all('producers').map(([key]) => key[0]),
      live,
    );
    const lines = ids.flatMap((id) => [0, 1].map((at) => naive.line(id, at, machine.nowMs)));
    const rows = machine.view.count('sequences');
    deepEqual(rows, lines.filter((line) => line !== undefined).length);
    deepEqual(machine.view.count('expiries'), live.length + rows);
  }
}

describe('sequences', () => {
  it('are answered as the list of all batches says [G-50][G-52]-[G-57][G-59]', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(ops, { minLength: 60, maxLength: 90 }), (list) => {
        const twins = new Twins();
        twins.seen = seen;
        twins.run({ kind: 'add' });
        for (const op of list) twins.run(op);
      }),
      { numRuns: 100 },
    );
    expect([...seen].toSorted()).toEqual([
      'DUPLICATE_SEQUENCE',
      'OUT_OF_ORDER_SEQUENCE',
      'PRODUCER_FENCED',
      'UNKNOWN_PRODUCER',
      'new',
      'repeated',
    ]);
  });

  it('begin again from 0 behind 2^31 - 1 [G-53]', () => {
    const machine = machineWithTopic();
    const { producerId } = machine.run(decideInitProducer, ASKED);
    const nearEnd = 0x7fff_fffe;
    machine.view.apply(put('sequences', [TOPIC, 0, producerId], [0, nearEnd, machine.nowMs, []]));
    const answer = (sequence: number, count: number) => {
      const batch = { producerId, partition: 0, epoch: 0, sequence, count };
      return toldOf(send(machine, batch));
    };
    expect(answer(1, 1)).toBe('OUT_OF_ORDER_SEQUENCE');
    expect(answer(nearEnd, 3)).toBe(0);
    expect(answer(0, 1)).toBe('DUPLICATE_SEQUENCE');
    expect(answer(1, 1)).toBe(3);
    expect(answer(nearEnd, 3)).toBe(0);
    expect(answer(nearEnd - 1, 1)).toBe('DUPLICATE_SEQUENCE');
    expect(answer(3, 1)).toBe('OUT_OF_ORDER_SEQUENCE');
  });

  it('remember no more than 10,000 duplicates behind the last batch [G-56]', () => {
    const machine = machineWithTopic();
    const { producerId } = machine.run(decideInitProducer, ASKED);
    const many = Array.from({ length: 6_000 }, (_, i) => [i, 0, 0] as const);
    const recent = [0, 1, 2].map((at) => [at, 1, at, 5, many] as const);
    machine.view.apply(put('sequences', [TOPIC, 0, producerId], [0, 3, machine.nowMs, recent]));
    const batch = { producerId, partition: 0, epoch: 0, count: 1 };
    expect(send(machine, { ...batch, sequence: 3 }).error).toBeUndefined();
    const kept = machine.view.get('sequences', [TOPIC, 0, producerId])?.[3].map(([at]) => at);
    expect(kept).toEqual([2, 3]);
    const error = send(machine, { ...batch, sequence: 0 }).error;
    expect(error).toBeInstanceOf(MillraceError);
    expect(error?.code).toBe('DUPLICATE_SEQUENCE');
  });
});
