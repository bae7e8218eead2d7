// The hand-written reader and writer, held to msgpackr.
import * as fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import {
  BatchBuilder,
  codecsAvailable,
  encodeBatch,
  type RecordInput,
  readRecords,
  recordBytes,
  validateBatch,
} from '../../src/index.ts';
import { runs } from '../fuzz.ts';
import { assemble, expected, hex, plain, recordInput, recordInputs } from './assemble.ts';

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });
const NOW = 1_767_225_600_000;

/** The encoded records of an uncompressed batch. */
function encodedRecords(batch: Uint8Array): Uint8Array[] {
  const header = validateBatch(batch);
  let at = 76 + header.indexBytes;
  return Array.from({ length: header.count }, (_, i) => {
    at += recordBytes(batch, i);
    return batch.subarray(at - recordBytes(batch, i), at);
  });
}

/** The record as msgpackr writes it. */
function packed(record: RecordInput, firstTimestampMs: number): Uint8Array {
  const delta = (record.timestampMs ?? NOW) - firstTimestampMs;
  const isWide = delta > 0xffff_ffff || delta < -0x8000_0000;
  const headers = record.headers ?? [];
  const flat = headers.flat();
  return packr.pack([
    isWide ? BigInt(delta) : delta,
    record.key ?? null,
    record.value ?? null,
    headers.length === 0 ? null : flat,
    null,
  ]);
}

describe('records', () => {
  it.each(codecsAvailable())('come out of a batch as they went in: %s', (codec) => {
    fc.assert(
      fc.property(recordInputs, (records) => {
        const batch = encodeBatch(records, { nowMs: NOW, codec });
        const header = validateBatch(batch);
        const stamps = records.map((record) => record.timestampMs ?? NOW);
        expect(header).toMatchObject({
          count: records.length,
          lastOffsetDelta: records.length - 1,
          firstTimestampMs: stamps[0],
          lastTimestampMs: Math.max(...stamps),
          producerId: -1,
          producerEpoch: -1,
          sequence: -1,
          batchBytes: batch.length,
        });
        expect(readRecords(batch).map(plain)).toEqual(
          records.map((record, i) => expected(record, i, NOW)),
        );
      }),
      runs(codec === 'none' ? 150 : 30),
    );
  });

  it('are written byte for byte as msgpackr writes them', () => {
    fc.assert(
      fc.property(recordInputs, (records) => {
        const batch = encodeBatch(records, { nowMs: NOW });
        const first = records[0]?.timestampMs ?? NOW;
        expect(encodedRecords(batch).map(hex)).toEqual(
          records.map((record) => hex(packed(record, first))),
        );
      }),
      runs(150),
    );
  });

  it.each([-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1])(
    'may lie before the first one: %i ms',
    (delta) => {
      const records = [{ timestampMs: NOW }, { timestampMs: NOW + delta }];
      const batch = encodeBatch(records, { nowMs: 0 });
      expect(readRecords(batch).map((record) => record.timestampMs)).toEqual([NOW, NOW + delta]);
      expect(Buffer.from(encodedRecords(batch)[1] ?? [])).toEqual(
        packed({ timestampMs: NOW + delta }, NOW),
      );
    },
  );

  it('are read in every format that MessagePack has for them', () => {
    const base = 2 ** 40;
    const deltas: [string, number][] = [
      ['7f', 127],
      ['e0', -32],
      ['cc01', 1],
      ['cd0001', 1],
      ['ce00000001', 1],
      ['cf0000000100000000', 2 ** 32],
      ['d0ff', -1],
      ['d1ffff', -1],
      ['d2ffffffff', -1],
      ['d3ffffffffffffffff', -1],
      ['d3ffffff0000000000', -(2 ** 40)],
    ];
    const forms = deltas.map(([delta]) => `95${delta}c50001 6bc600000001 76dc0002d90168c40178c0`);
    const records = forms.map((form) => Buffer.from(form.replaceAll(' ', ''), 'hex'));
    const batch = assemble({ records, firstTimestampMs: base, lastTimestampMs: 2 ** 41 });
    validateBatch(batch);
    const got = readRecords(batch);
    expect(got.map(({ timestampMs }) => timestampMs - base)).toEqual(deltas.map(([, d]) => d));
    for (const { key, value, headers } of got) {
      expect([key, value]).toEqual([Uint8Array.of(0x6b), Uint8Array.of(0x76)]);
      expect(headers).toEqual([['h', Uint8Array.of(0x78)]]);
    }
  });

  it('written by msgpackr are read', () => {
    fc.assert(
      fc.property(recordInputs, (records) => {
        const first = records[0]?.timestampMs ?? NOW;
        const bodies = records.map((record) => packed(record, first));
        const batch = assemble({
          records: bodies,
          firstTimestampMs: first,
          lastTimestampMs: 2 ** 53 - 1,
        });
        validateBatch(batch);
        expect(readRecords(batch).map(plain)).toEqual(
          records.map((record, i) => expected(record, i, NOW)),
        );
      }),
      runs(50),
    );
  });

  it('are arrays of five to any unpacker', () => {
    fc.assert(
      fc.property(recordInput, (record) => {
        const [bytes] = encodedRecords(encodeBatch([record], { nowMs: NOW }));
        const values: unknown = unpackr.unpack(Buffer.from(bytes ?? []));
        expect(values).toHaveLength(5);
      }),
      runs(50),
    );
  });

  it('share the memory of their batch', () => {
    const batch = encodeBatch([{ key: Buffer.from('k'), value: Buffer.from('v') }], { nowMs: 1 });
    const [record] = readRecords(batch);
    expect(record?.key?.buffer).toBe(batch.buffer);
    expect(record?.value?.buffer).toBe(batch.buffer);
  });

  it('of equal batches make equal batches, one after the other', () => {
    const builder = new BatchBuilder();
    const build = () => {
      for (let i = 0; i < 100; i += 1) builder.add({ value: Buffer.alloc(100, i) }, NOW + i);
      return builder.build();
    };
    const first = build();
    const copy = Buffer.from(first);
    expect(build()).toEqual(first);
    expect(first).toEqual(copy);
    expect(builder.count).toBe(0);
  });
});
