// Batches that cannot be read: compaction leaves them alone, and takes nothing away on their word.
import { crc32 } from 'node:zlib';
import { batchHeader, encodeBatch, readRecords } from '@millrace/protocol';
import { expect, test } from 'vitest';
import { decideAlterTopic, decideAppend, decideCreateTopic, put } from '../../src/index.ts';
import { appendRecords } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { topicChange } from '../support/topic-change.ts';
import { Compactor } from './compactor.ts';

const PLACE = { topicId: 1, partition: 0 };
const CHECKSUM_AT = 16;
const CHECKED_FROM = 20;

type Row = readonly [key: string, value: string | null];

function recordsOf(rows: readonly Row[]) {
  return rows.map(([key, value]) => ({
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
  }));
}

function prepared(): Machine {
  const machine = new Machine();
  const config = topicChange({
    segmentMs: 1_000,
    tombstoneRetentionMs: 0,
    compactionDirtyRatio: 0,
  });
  const topic = { name: 't', partitions: 1, config, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, topic);
  return machine;
}

function append(machine: Machine, ...rows: readonly Row[]): void {
  machine.run(decideAppend, appendRecords(1, 0, recordsOf(rows)));
}

/** Record `at` of the batch is no record, and the checksum knows it. */
function appendMalformed(machine: Machine, at: number, ...rows: readonly Row[]): void {
  const records = recordsOf(rows);
  const batch = Buffer.from(encodeBatch(records, { nowMs: 0 }));
  const bodyFrom = batch.length - batchHeader(batch).bodyBytes;
  const before = encodeBatch(records.slice(0, at + 1), { nowMs: 0 });
  const last = encodeBatch([records[at] ?? {}], { nowMs: 0 });
  const from = batchHeader(before).bodyBytes - batchHeader(last).bodyBytes;
  batch[bodyFrom + from] = 0x94;
  batch.writeUInt32BE(crc32(batch.subarray(CHECKED_FROM)), CHECKSUM_AT);
  const bytes = new Uint8Array(batch);
  machine.run(decideAppend, { ...PLACE, batch: bytes, header: batchHeader(bytes) });
}

function compact(machine: Machine): void {
  machine.run(decideAlterTopic, {
    name: 't',
    partitions: null,
    config: topicChange({ cleanupPolicy: 'compact' }),
    annotations: null,
  });
  const compactor = new Compactor(machine, PLACE);
  for (let round = 0; round < 3; round += 1) {
    machine.nowMs += 1_000;
    compactor.pass(1);
  }
}

function offsets(machine: Machine): (number | string)[] {
  return [...machine.view.range('batches', {})].flatMap(
    ([[, , base], batch]): (number | string)[] => {
      try {
        return readRecords(batch).map(({ offset }) => offset);
      } catch {
        return [`${base} cannot be read`];
      }
    },
  );
}

test('without any, all is compacted, tombstones too [G-44]', () => {
  const machine = prepared();
  append(machine, ['a', '1'], ['b', '2']);
  append(machine, ['a', null]);
  append(machine, ['c', '3']);
  compact(machine);
  expect(offsets(machine)).toEqual([1, 3]);
});

test.each([0, 1])(
  'what no checksum vouches for stays, and says nothing: record %i [G-42]',
  (at) => {
    const machine = prepared();
    append(machine, ['a', '1'], ['b', '2']);
    append(machine, ['a', '3'], ['b', '4']);
    append(machine, ['c', '5'], ['d', null]);
    append(machine, ['c', '6']);
    const [, second] = [...machine.view.range('batches', {})];
    if (second === undefined) throw new Error('there is a second batch');
    const broken = second[1].slice();
    broken[broken.length - (at === 0 ? 20 : 3)] = 7;
    machine.view.apply(put('batches', second[0], broken));
    compact(machine);
    // The records of the broken batch may be what they seem: nothing goes because of them, no tombstone either.
    const [first, , third] = [...machine.view.range('batches', {})];
    expect(readRecords(first?.[1] ?? new Uint8Array()).map(({ offset }) => offset)).toEqual([0, 1]);
    expect(readRecords(third?.[1] ?? new Uint8Array()).map(({ offset }) => offset)).toEqual([5]);
  },
);

test.each([0, 1, 2])(
  'a batch of which record %i is none stays whole, as do those around it [G-42]',
  (at) => {
    const machine = prepared();
    append(machine, ['z', '0'], ['a', '1']);
    append(machine, ['b', '2']);
    appendMalformed(machine, at, ['x', '3'], ['y', '4'], ['x', '5']);
    append(machine, ['b', '6'], ['y', '7'], ['d', null]);
    append(machine, ['a', '8'], ['e', '9'], ['e', '10']);
    append(machine, ['last', '11']);
    compact(machine);
    const expected = [0, '3 cannot be read', 6, 7, 8, 9, 11, 12];
    expect(offsets(machine)).toEqual(expected);
  },
);
