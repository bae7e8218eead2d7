// Golden batches: whole ones with what is in them, and broken ones with the error they get.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type BatchHeader,
  CODECS,
  type CodecName,
  codecsAvailable,
  dedupHash,
  encodeBatch,
  type RecordInput,
  readRecords,
  sliceBatch,
  stampBatch,
  validateBatch,
  verifyBatch,
} from '../../src/index.ts';
import { assemble, type Parts, plain, said, seal } from '../batch/assemble.ts';
import { codeOf } from '../fuzz.ts';
import { bytesOf, frozen, hexOf, type Vector } from './frozen.ts';

interface BatchVector extends Vector {
  readonly hex: string;
  readonly header: BatchHeader;
  readonly records: readonly ReturnType<typeof plain>[];
  /** What the index says about each record besides its length and offset. */
  readonly columns: readonly ReturnType<typeof said>[];
}

interface InvalidBatchVector extends Vector {
  readonly hex: string;
  /** What checking the batch gives; where that finds nothing, what reading its records gives. */
  readonly error: string;
}

const CODEC_AT = 21;
const NOW = 1_767_225_600_000;
const text = (value: string) => Buffer.from(value);

const RECORDS: readonly RecordInput[] = [
  { key: text('user-1'), value: text('{"n":1}'), timestampMs: NOW },
  { key: null, value: text('no key'), timestampMs: NOW + 200 },
  { key: text('tombstone'), value: null, timestampMs: NOW - 40 },
  { key: text(''), value: text(''), timestampMs: NOW + 70_000 },
  {
    value: text('headers'),
    headers: [
      ['content-type', text('text/plain')],
      ['é', Buffer.from([0, 255])],
    ],
    timestampMs: NOW + 2 ** 33,
  },
  { value: Buffer.alloc(300, 'x'), timestampMs: NOW - 2 ** 33 },
];

/** Each column is used by one record, and the last by none. */
const SAYING: readonly RecordInput[] = [
  { value: text('later'), delayMs: 60_000 },
  { value: text('briefly'), ttlMs: 365 * 86_400_000 },
  { value: text('once'), dedup: dedupHash('order-17') },
  { value: text('three times'), maxDeliveries: 3 },
  { value: text('for one group'), groupId: 2 ** 32 - 1 },
  { value: text('for all'), timestampMs: NOW + 1 },
];

const record = Buffer.from('9500c0c0c0c0', 'hex');
const two = [record, record];

/** `twin`: the same records uncompressed, where the runtime may not have the codec. */
function vector(name: string, batch: Uint8Array, twin = batch): BatchVector {
  const records = readRecords(twin).map((each) => plain(each));
  const columns = records.map((_, i) => said(batch, i));
  return { name, hex: hexOf(batch), header: verifyBatch(batch), records, columns };
}

/** Three records of `one`, `two`, `six` and eight times `millrace `. */
const REPEATING = ['one', 'two', 'six'].map((word) => {
  const value = text(`${word} ${'millrace '.repeat(8)}`);
  return Buffer.concat([bytesOf('9500c0c4'), Buffer.from([value.length]), value, bytesOf('c0c0')]);
});

/** Their body, compressed by libraries of others. */
const PACKED = {
  zstd: '28b52ffd20f9350100c09500c0c44c6f6e65206d696c6c726163c0c074776f736978040008d0d180861504cc94ca12',
  zstdUnsized:
    '28b52ffd0400350100c09500c0c44c6f6e65206d696c6c726163c0c074776f736978040008d0d180861504cc94ca12a88462ab',
  lz4: 'ff019500c0c44c6f6e65206d696c6c72616309002e21c0c053003f74776f53003d3f7369785300326061636520c0c0',
  lz4Frame:
    '04224d186040822f000000ff019500c0c44c6f6e65206d696c6c72616309002e21c0c053003f74776f53003d3f7369785300326061636520c0c000000000',
  snappy:
    'f9013c9500c0c44c6f6e65206d696c6c726163ee0900050904c0c005530874776ffe53003e530008736978fe53001d53',
} as const;

function packed(codec: CodecName, hex: string): Uint8Array {
  return assemble({ records: REPEATING, codec: CODECS.indexOf(codec), body: bytesOf(hex) });
}

/** Empty where this runtime can check the vector; else why it is skipped. */
function skipped(hex: string): string {
  const codec = CODECS[bytesOf(hex)[CODEC_AT] ?? 0] ?? 'none';
  return codecsAvailable().includes(codec) ? '' : ` (skipped: this runtime lacks ${codec})`;
}

function makeBatches(): BatchVector[] {
  const stamped = encodeBatch(RECORDS, { nowMs: NOW });
  stampBatch(stamped, 2 ** 32, NOW + 5);
  const far = encodeBatch([{ value: text('last'), timestampMs: 2 ** 53 - 1 }], { nowMs: NOW });
  stampBatch(far, 2 ** 53 - 1, 2 ** 53 - 1);
  const saying = encodeBatch(SAYING, { nowMs: NOW });
  stampBatch(saying, 100, NOW + 5);
  const deliveries = Buffer.from('0000000000000009', 'hex');
  const sparse = assemble({ records: two, deltas: [3, 9], columns: [deliveries], flags: 17 });
  const raw = Buffer.concat(two);
  const plainTwin = assemble({ records: REPEATING });
  return [
    vector('one record without key and value', encodeBatch([{}], { nowMs: 0 })),
    vector('as a producer sends it', encodeBatch(RECORDS, { nowMs: NOW })),
    vector('stamped by a broker', stamped),
    vector('a slice of it', sliceBatch(stamped, 2 ** 32 + 1, 2 ** 32 + 3)),
    vector('at the end of all offsets', far),
    vector(
      'with gaps',
      assemble({ records: two, deltas: [3, 9], lastOffsetDelta: 12, baseOffset: 7 }),
    ),
    vector('with a delay', encodeBatch(SAYING.slice(0, 1), { nowMs: NOW })),
    vector('with every column', saying),
    vector('a slice of it, with the columns', sliceBatch(saying, 102, 103)),
    vector('with gaps and a column of deliveries', sparse),
    vector('gzip', assemble({ records: two, codec: 1, body: gzipSync(raw) })),
    vector('brotli', assemble({ records: two, codec: 2, body: brotliCompressSync(raw) })),
    vector('zstd', packed('zstd', PACKED.zstd), plainTwin),
    vector(
      'zstd without its size, with its checksum',
      packed('zstd', PACKED.zstdUnsized),
      plainTwin,
    ),
    vector('lz4: a block', packed('lz4', PACKED.lz4), plainTwin),
    vector('snappy: a block', packed('snappy', PACKED.snappy), plainTwin),
  ];
}

function invalid(name: string, parts: Parts | Uint8Array): InvalidBatchVector {
  const batch = parts instanceof Uint8Array ? parts : assemble(parts);
  return { name, hex: hexOf(batch), error: verdict(batch) ?? 'none' };
}

/** Made where zstd may be lacking: the error is said, and checked where it is not. */
function corruptZstd(name: string, hex: string): InvalidBatchVector {
  return { name, hex: hexOf(packed('zstd', hex)), error: 'CORRUPT_BATCH' };
}

function verdict(batch: Uint8Array): string | undefined {
  return codeOf(() => {
    validateBatch(batch);
    readRecords(batch);
  });
}

function makeInvalid(): InvalidBatchVector[] {
  const whole = assemble({ records: two });
  const flipped = Buffer.from(whole);
  flipped[flipped.length - 1] = 0xc1;
  const longLength = Buffer.from(whole);
  longLength.writeUInt32BE(0xffff_fffa, 76);
  const body = (hex: string) => ({ records: [Buffer.from(hex, 'hex')] });
  return [
    invalid('nothing', Buffer.alloc(0)),
    invalid('cut short', whole.subarray(0, -1)),
    invalid('a byte too many', seal(Buffer.concat([whole, Buffer.alloc(1)]))),
    invalid('a checksum that does not match', flipped),
    invalid('a later format', { records: two, format: 2 }),
    invalid('an unknown flag', { records: two, flags: 64 }),
    invalid('a delay without its column', { records: two, flags: 2 }),
    invalid('a column cut short', { records: two, flags: 2, columns: [Buffer.alloc(12)] }),
    invalid('a column without its flag', { records: two, columns: [Buffer.alloc(16)] }),
    invalid('a delay above a year', {
      records: two,
      flags: 2,
      columns: [Buffer.from('00000000000000000000000757b12c01', 'hex')],
    }),
    invalid('a time to live above a year', {
      records: two,
      flags: 4,
      columns: [Buffer.from('ffffffffffffffff0000000000000000', 'hex')],
    }),
    invalid('more deliveries than 1000', {
      records: two,
      flags: 16,
      columns: [Buffer.from('00000000000003e9', 'hex')],
    }),
    invalid('a codec that nobody supports', { records: two, codec: 255 }),
    invalid('no record', { records: [] }),
    invalid('a count that is off', { records: two, count: 3 }),
    invalid('a count beyond the limit', { records: two, count: 100_001 }),
    invalid('lengths whose sum is off', seal(longLength)),
    invalid('offsets that do not grow', { records: two, deltas: [1, 1] }),
    invalid('offsets beyond the range', { records: two, deltas: [0, 5], lastOffsetDelta: 4 }),
    invalid('a raw size beyond the limit', {
      records: two,
      codec: 1,
      body: gzipSync(record),
      bodyBytesRaw: 2 ** 26,
    }),
    invalid('gzip of another size', { records: two, codec: 1, body: gzipSync(record) }),
    invalid('an lz4 frame in place of a block', packed('lz4', PACKED.lz4Frame)),
    invalid('an lz4 block with its size in front', packed('lz4', `f9000000${PACKED.lz4}`)),
    invalid('an lz4 block cut short', packed('lz4', PACKED.lz4.slice(0, -2))),
    invalid('snappy that announces 4 GiB', packed('snappy', `ffffffff0f${PACKED.snappy.slice(4)}`)),
    invalid('snappy that announces a byte less', packed('snappy', `f8${PACKED.snappy.slice(2)}`)),
    corruptZstd('zstd cut short', PACKED.zstd.slice(0, -2)),
    corruptZstd('zstd with a window of 128 MiB', `28b52ffd0088${PACKED.zstd.slice(12)}`),
    invalid('gzip that is none', { records: two, codec: 1, body: Buffer.from('text') }),
    invalid('a record that is no array', body('c0c0c0c0c0')),
    invalid('a record of four', body('9400c0c0c0')),
    invalid('a value beyond its record', body('9500c0c40ac0c0')),
    invalid('a key of text', body('9500a16bc0c0c0')),
    invalid('a timestamp in float format', body('95cb3ff0000000000000c0c0c0c0')),
    invalid('headers of an odd count', body('9500c0c091a161c0')),
    invalid('attributes', body('9500c0c0c000')),
  ];
}

describe('golden batches', () => {
  const vectors = frozen('batches.json', makeBatches);

  it.each(vectors.filter(({ hex }) => skipped(hex)))('$name: its frame', ({ hex, header }) => {
    expect(verifyBatch(bytesOf(hex))).toEqual(header);
    expect(codeOf(() => readRecords(bytesOf(hex)))).toBe('UNSUPPORTED_CODEC');
  });

  it.for(vectors)('$name', ({ hex, header, records, columns }, { skip }) => {
    if (skipped(hex)) skip(skipped(hex));
    const batch = bytesOf(hex);
    expect(validateBatch(batch)).toEqual(header);
    expect(readRecords(batch).map((each) => plain(each))).toEqual(records);
    expect(records.map((_, i) => said(batch, i))).toEqual(columns);
  });

  it('are what the encoder makes', () => {
    const made = vectors.find(({ name }) => name === 'as a producer sends it');
    expect(hexOf(encodeBatch(RECORDS, { nowMs: NOW }))).toBe(made?.hex);
    const delayed = vectors.find(({ name }) => name === 'with a delay');
    expect(hexOf(encodeBatch(SAYING.slice(0, 1), { nowMs: NOW }))).toBe(delayed?.hex);
  });
});

describe('batches that are refused', () => {
  const vectors = frozen('invalid-batches.json', makeInvalid);

  it.for(vectors)('$name', ({ hex, error }, { skip }) => {
    if (skipped(hex)) skip(skipped(hex));
    expect(error).not.toBe('none');
    expect(verdict(bytesOf(hex))).toBe(error);
  });
});
