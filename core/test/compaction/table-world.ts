// A compacted table on a Machine, with what is done to it at random and a list of all that was ever appended: what it holds is
// checked against that list.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { batchHeader, POSITION, readRecords } from '@millrace/protocol';
import * as fc from 'fast-check';
import {
  compactionRow,
  decideAppend,
  decideCreateTopic,
  decideDeleteRecords,
  decideRetention,
  listOffset,
  readBatches,
} from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { Compactor } from './compactor.ts';

const PLACE = { topicId: 1, partition: 0 };
const TOMBSTONE_MS = 5_000;
const KEYS = ['a', 'b', 'c', 'd', 'e'];
const DECODER = new TextDecoder();

const record = fc.record({
  key: fc.constantFrom(...KEYS),
  hasValue: fc.constantFrom(true, true, false),
  bytes: fc.constantFrom(1, 50, 20_000),
});
export const ops = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      records: fc.array(record, { minLength: 1, maxLength: 5 }),
      codec: fc.constantFrom('none' as const, 'none' as const, 'gzip' as const),
      isTimed: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      byMs: fc.constantFrom(-100, 300, 1_000, 3_000, TOMBSTONE_MS),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('slices' as const),
      count: fc.integer({ min: 1, max: 12 }),
      records: fc.integer({ min: 1, max: 6 }),
      bytes: fc.constantFrom(1, 600, 1_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('durable' as const), on: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      rowsMax: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), part: fc.nat({ max: 100 }) }),
  },
);
export type Op = typeof ops extends fc.Arbitrary<infer T> ? T : never;

interface Appended {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

export class TableWorld {
  readonly machine = new Machine();
  readonly appended: Appended[] = [];
  readonly compactor: Compactor;
  /** When an older record of the tombstone's key was last there, by the tombstone's offset. */
  readonly coveredMs = new Map<number, number>();

  constructor(isRetained: boolean, keysMax: number) {
    this.machine.run(decideCreateTopic, {
      name: 'table',
      partitions: 1,
      config: topicChange({
        cleanupPolicy: isRetained ? 'compact-delete' : 'compact',
        compactionDirtyRatio: 0,
        tombstoneRetentionMs: TOMBSTONE_MS,
        segmentBytes: 64 * 1024,
        segmentMs: 1_000,
        retentionMs: 20_000,
      }),
      annotations: null,
      validateOnly: false,
    });
    this.compactor = new Compactor(this.machine, PLACE, keysMax);
  }

  get log() {
    return this.machine.state.logs.at(PLACE.topicId, PLACE.partition);
  }

  run(op: Op): void {
    const { machine } = this;
    switch (op.kind) {
      case 'append':
        this.#append(op);
        return;
      case 'time':
        machine.nowMs += op.byMs;
        return;
      case 'slices':
        for (let i = 0; i < op.count; i += 1) {
          this.compactor.slice(op.records, op.bytes);
          this.check();
        }
        return;
      case 'restart':
        machine.reload();
        return;
      case 'durable':
        machine.durable = op.on;
        if (op.on) machine.settle();
        return;
      case 'retain':
        machine.run(decideRetention, { ...PLACE, rowsMax: op.rowsMax });
        return;
      case 'delete': {
        const { startOffset, durableEnd } = this.log;
        const beforeOffset = startOffset + Math.floor(((durableEnd - startOffset) * op.part) / 100);
        machine.run(decideDeleteRecords, { ...PLACE, beforeOffset });
      }
    }
  }

  #append({ records, codec, isTimed }: Op & { kind: 'append' }): void {
    const { nextOffset } = this.log;
    const made = records.map(({ key, hasValue, bytes }, i) => ({
      offset: nextOffset + i,
      key,
      value: hasValue ? `${nextOffset + i}`.padEnd(bytes, '.') : null,
    }));
    const inputs = made.map(({ key, value }) => ({
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      delayMs: isTimed ? 100 : 0,
    }));
    this.machine.run(decideAppend, appendRecords(1, 0, inputs, codec));
    this.appended.push(...made);
  }

  /** What a reader gets from the offset on. */
  read(offset: number): Appended[] {
    const found: Appended[] = [];
    const end = this.log.durableEnd;
    for (let at = offset; at < end; ) {
      const command = { ...PLACE, offset: at, bytesMax: 50_000, batchesMax: 3 };
      const reply = readBatches(this.machine.state, this.machine.view, command);
      if (reply.error !== undefined) throw reply.error;
      if (reply.batches.length === 0) break;
      for (const batch of reply.batches) {
        const { baseOffset, lastOffsetDelta } = batchHeader(batch);
        ok(baseOffset + lastOffsetDelta >= at, 'only what was asked for is read');
        at = baseOffset + lastOffsetDelta + 1;
        for (const { offset: each, key, value } of readRecords(batch)) {
          if (each < offset) continue;
          const text = value === null ? null : DECODER.decode(value);
          found.push({ offset: each, key: DECODER.decode(key ?? new Uint8Array()), value: text });
        }
      }
    }
    return found;
  }

  check(): void {
    const { startOffset, durableEnd, segments } = this.log;
    const stored = this.read(startOffset);
    const byOffset = new Map(this.appended.map((each) => [each.offset, each]));
    for (const [i, each] of stored.entries()) {
      deepEqual(each, byOffset.get(each.offset), 'as it was appended');
      ok(i === 0 || each.offset > (stored[i - 1]?.offset ?? 0), 'order is kept');
    }
    const last = stored.at(-1)?.offset;
    if (durableEnd > startOffset && last !== undefined) ok(last < durableEnd);
    for (const key of KEYS) this.#checkKey(key, stored);
    const counted = segments[0]?.countedFrom ?? 0;
    let bytes = 0;
    for (const [[, , base], batch] of this.machine.view.range('batches', {})) {
      if (base >= counted) bytes += batch.length;
      equal(batchHeader(batch).baseOffset, base);
    }
    equal(this.log.bytes, bytes, 'bytes are those of the batches');
    this.#checkCompacted(stored);
  }

  #checkKey(key: string, stored: readonly Appended[]): void {
    const { startOffset, durableEnd } = this.log;
    const isThere = ({ offset }: Appended) => offset >= startOffset && offset < durableEnd;
    const newest = this.appended.findLast((each) => each.key === key && isThere(each));
    if (newest === undefined) return;
    const mine = stored.filter((each) => each.key === key);
    const hasNewest = mine.some(({ offset }) => offset === newest.offset);
    if (newest.value !== null) {
      ok(hasNewest, `the newest record of ${key} is there`);
      return;
    }
    const { nowMs } = this.machine;
    if (mine.some(({ offset }) => offset < newest.offset)) {
      ok(hasNewest, `what is deleted stays deleted: ${key}`);
      this.coveredMs.set(newest.offset, nowMs);
    }
    if (hasNewest) return;
    const sinceMs = this.coveredMs.get(newest.offset) ?? 0;
    ok(nowMs >= sinceMs + TOMBSTONE_MS, `a reader of ${key} has time to learn that it is gone`);
  }

  #checkCompacted(stored: readonly Appended[]): void {
    const [compactedTo] = compactionRow(this.machine.view, PLACE);
    const seen = new Set<string>();
    for (const { offset, key } of stored) {
      if (offset >= compactedTo) break;
      ok(!seen.has(key), 'before compactedTo no key has two records');
      seen.add(key);
    }
  }

  checkReading(part: number, timeMs: number): void {
    const { startOffset, durableEnd } = this.log;
    const all = this.read(startOffset);
    const offset = startOffset + Math.floor(((durableEnd - startOffset) * part) / 100);
    deepEqual(
      this.read(offset),
      all.filter((each) => each.offset >= offset),
    );
    const batches = [...this.machine.view.range('batches', {})]
      .map(([, batch]) => batchHeader(batch))
      .filter(({ baseOffset }) => baseOffset >= startOffset && baseOffset < durableEnd);
    const first = batches.find(({ appendTimeMs }) => appendTimeMs >= timeMs);
    const found = listOffset(this.machine.state, this.machine.view, { ...PLACE, at: timeMs });
    deepEqual(found, {
      offset: first?.baseOffset ?? durableEnd,
      timestampMs: first?.appendTimeMs ?? -1,
    });
    const earliest = { ...PLACE, at: POSITION.earliest };
    const start = listOffset(this.machine.state, this.machine.view, earliest);
    equal(
      start.error === undefined ? start.offset : -1,
      batches.length > 0 ? startOffset : durableEnd,
    );
  }

  /** At rest, after all times: each key once, and no tombstones but perhaps the last record of all. */
  checkAtRest(): void {
    this.machine.durable = true;
    this.machine.settle();
    for (let i = 0; i < 4; i += 1) {
      this.machine.nowMs += TOMBSTONE_MS;
      for (let passes = 0; this.compactor.pass(3); passes += 1) {
        ok(passes < 100, 'compaction comes to rest');
        this.check();
      }
    }
    const { startOffset, nextOffset } = this.log;
    const stored = this.read(startOffset);
    equal(new Set(stored.map(({ key }) => key)).size, stored.length);
    const tombstones = stored.filter(({ value }) => value === null);
    deepEqual(
      tombstones.filter(({ offset }) => offset !== nextOffset - 1),
      [],
    );
    equal(this.compactor.slice(1).state, 'idle', 'a table at rest is left alone');
  }
}
