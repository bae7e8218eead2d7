// Random commands on a few partitions, against the naive log: what can be read, found and retained is the same, and
// memory is at every moment what a restart would load.
import { deepEqual, ok } from 'node:assert/strict';
import { POSITION } from '@millrace/protocol';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createShardState,
  decideAppend,
  decideCreateTopic,
  decideRetention,
  listOffset,
  loadShardState,
  readBatches,
  type ShardState,
  TOPIC_DEFAULTS,
} from '../../src/index.ts';
import { appendRecords, recordsOf } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { NaiveLog } from './naive-log.ts';

const TEXT = new TextEncoder();
const PARTITIONS = 2;
const TOPIC = 1;
const SETTINGS = {
  segmentBytes: 64 * 1024,
  segmentMs: 1_000,
  retentionMs: 3_000,
  retentionBytes: 100_000,
};
const CONFIG = { ...TOPIC_DEFAULTS, ...SETTINGS };

const partition = fc.nat({ max: PARTITIONS - 1 });
const ops = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition,
      count: fc.integer({ min: 1, max: 5 }),
      bytes: fc.constantFrom(1, 100, 12_000, 40_000, 80_000),
      delayMs: fc.constantFrom(0, 0, 0, 1, 2_500),
      expires: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(-500, 1, 400, 1_000, 2_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      partition,
      rowsMax: fc.integer({ min: 1, max: 4 }),
      restart: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('durable' as const), on: fc.boolean() }) },
);
type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

class Twins {
  readonly machine = new Machine();
  readonly naive = Array.from({ length: PARTITIONS }, () => new NaiveLog());

  constructor() {
    this.machine.run(decideCreateTopic, {
      name: 'orders',
      partitions: PARTITIONS,
      config: topicChange(SETTINGS),
      annotations: null,
      validateOnly: false,
    });
  }

  run(op: Op): void {
    const { machine } = this;
    switch (op.kind) {
      case 'append':
        this.#append(op);
        break;
      case 'time':
        machine.nowMs += op.byMs;
        break;
      case 'retain':
        this.#retain(op.partition, op.rowsMax, op.restart);
        break;
      case 'restart':
        machine.reload();
        this.#settle();
        break;
      case 'durable':
        machine.durable = op.on;
        if (op.on) machine.settle();
    }
    if (machine.durable) this.#settle();
  }

  #settle(): void {
    for (const log of this.naive) log.durableEnd = log.nextOffset;
  }

  #append({ partition: at, count, bytes, ...columns }: Op & { kind: 'append' }): void {
    const naive = this.naive[at] as NaiveLog;
    const values = Array.from({ length: count }, (_, i) =>
      `${naive.nextOffset + i}`.padEnd(bytes / count, '.'),
    );
    const records = values.map((value, i) => ({
      value: TEXT.encode(value),
      delayMs: i === count - 1 ? columns.delayMs : 0,
      ttlMs: i === 0 && columns.expires ? 10 : 0,
    }));
    const command = appendRecords(TOPIC, at, records);
    const reply = this.machine.run(decideAppend, command);
    naive.append(values, command.batch.length, this.machine.nowMs, CONFIG, columns);
    deepEqual(reply, {
      baseOffset: naive.batches.at(-1)?.baseOffset,
      appendTimeMs: naive.lastAppendMs,
      duplicates: null,
      records: count,
      bytes: command.batch.length,
      repeated: false,
    });
  }

  /** Slices until nothing is left to do, with restarts between them: together they do what one did. */
  #retain(at: number, rowsMax: number, restart: boolean): void {
    const naive = this.naive[at] as NaiveLog;
    const isDurable = naive.durableEnd === naive.nextOffset;
    naive.retain(this.machine.nowMs, CONFIG);
    for (let more = true; more; ) {
      const reply = this.machine.run(decideRetention, { topicId: TOPIC, partition: at, rowsMax });
      more = reply.more;
      ok(this.machine.writes.length <= rowsMax + 1);
      if (restart && isDurable && this.machine.durable) this.machine.reload();
    }
    const stored = this.machine.view
      .all('batches')
      .filter(([key]) => key[1] === at)
      .map(([key]) => key[2]);
    deepEqual(
      stored,
      naive.batches.map(({ baseOffset }) => baseOffset),
    );
  }

  compare(at: number, offset: number, bytesMax: number, timeMs: number): void {
    const { machine } = this;
    const naive = this.naive[at] as NaiveLog;
    const { startOffset, durableEnd, nextOffset, flaggedEnd, segments } = machine.state.logs.at(
      TOPIC,
      at,
    );
    deepEqual(
      { startOffset, durableEnd, nextOffset, flaggedEnd },
      {
        flaggedEnd: naive.flaggedEnd,
        startOffset: naive.startOffset,
        durableEnd: naive.durableEnd,
        nextOffset: naive.nextOffset,
      },
    );
    const filled = segments.filter(({ bytes }) => bytes > 0);
    deepEqual(
      filled.map(({ baseOffset }) => baseOffset),
      naive.segments.map(([first]) => first?.baseOffset),
    );
    const place = { topicId: TOPIC, partition: at };
    const read = readBatches(machine.state, machine.view, {
      ...place,
      offset,
      bytesMax,
      batchesMax: 1_000,
    });
    const records =
      read.error === undefined ? read.batches.flatMap((batch) => recordsOf(batch)) : 'out of range';
    deepEqual(records, naive.read(offset, bytesMax));
    deepEqual(
      listOffset(machine.state, machine.view, { ...place, at: timeMs }),
      naive.find(timeMs),
    );
    deepEqual(
      listOffset(machine.state, machine.view, { ...place, at: POSITION.earliest }),
      naive.find(0),
    );
  }
}

/** What memory holds of catalog and logs, durability aside: that is not a row. */
function memoryOf({ catalog, logs }: ShardState) {
  const written = [...logs.written].map(([key, { segments, bytes, flaggedEnd }]) => ({
    key,
    segments,
    bytes,
    flaggedEnd,
  }));
  return { catalog, written: written.toSorted((a, b) => a.key - b.key) };
}

const probe = fc.record({
  partition,
  offset: fc.nat({ max: 60 }),
  bytesMax: fc.constantFrom(1, 500, 50_000, 1_000_000),
  byMs: fc.integer({ min: -8_000, max: 100 }),
});

it('agrees with the naive log, and with what a restart loads [G-1][G-2][G-6]-[G-13][G-15][D-4]', () => {
  const steps = fc.array(fc.tuple(ops, probe), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (list) => {
      const twins = new Twins();
      for (const [op, { partition: at, offset, bytesMax, byMs }] of list) {
        twins.run(op);
        twins.compare(at, offset, bytesMax, twins.machine.nowMs + byMs);
        const loaded = createShardState();
        loadShardState(loaded, twins.machine.view);
        expect(memoryOf(loaded)).toEqual(memoryOf(twins.machine.state));
      }
    }),
    { numRuns: 150 },
  );
});
