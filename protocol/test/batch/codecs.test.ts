// Codecs of bodies: each reads and writes the format of its name, and none gives more than the header says. Those that
// this runtime lacks are skipped by name.
import { compressSync as packLz4, uncompressSync as unpackLz4 } from 'lz4-napi';
import { compressSync as packSnappy, uncompressSync as unpackSnappy } from 'snappy';
import { afterEach, describe, expect, it } from 'vitest';
import { zstdOfRuntime } from '../../src/batch/body-codec.ts';
import { compressBody, decompressBody } from '../../src/batch/compression.ts';
import {
  BatchBuilder,
  CODECS,
  codecsAvailable,
  encodeBatch,
  type OptionalCodecName,
  readRecords,
  registerCodec,
  requireCodec,
  validateBatch,
  verifyBatch,
} from '../../src/index.ts';
import { codeOf, errorOf } from '../fuzz.ts';
import { assemble } from './assemble.ts';

const NAMES: readonly OptionalCodecName[] = ['gzip', 'brotli', 'zstd', 'lz4', 'snappy'];
const TEXT = Buffer.from('one line of a log, and the same again: '.repeat(400));
const BOMB_BYTES = 64 * 1024 * 1024;
const record = Buffer.from('9500c0c0c0c0', 'hex');
const two = [record, record];

describe.each(NAMES)('%s', (name) => {
  const lacks = codecsAvailable().includes(name) ? '' : ` (skipped: this runtime lacks ${name})`;

  it.skipIf(lacks)(`packs and unpacks${lacks}`, () => {
    for (const raw of [TEXT, Buffer.from([7]), Buffer.alloc(300_000, 'ab')]) {
      const packed = compressBody(name, raw);
      expect(Buffer.from(decompressBody(name, packed, raw.length)).equals(raw)).toBe(true);
    }
    expect(compressBody(name, TEXT).length).toBeLessThan(TEXT.length / 10);
  });

  it.skipIf(lacks)(`is read from views of larger memory, and as plain Uint8Array${lacks}`, () => {
    const packed = compressBody(name, TEXT);
    const around = new Uint8Array(packed.length + 20).fill(0xaa);
    around.set(packed, 10);
    const view = around.subarray(10, 10 + packed.length);
    expect(Buffer.from(decompressBody(name, view, TEXT.length)).equals(TEXT)).toBe(true);
  });

  it.skipIf(lacks)(`refuses another size than the header says${lacks}`, () => {
    const packed = compressBody(name, TEXT);
    for (const rawBytes of [1, TEXT.length - 1, TEXT.length + 1, 2 * TEXT.length]) {
      expect(codeOf(() => decompressBody(name, packed, rawBytes))).toBe('CORRUPT_BATCH');
    }
    for (const cut of [0, 1, packed.length - 1]) {
      const part = packed.subarray(0, cut);
      expect(codeOf(() => decompressBody(name, part, TEXT.length))).toBe('CORRUPT_BATCH');
    }
  });

  it.skipIf(lacks)(`gives no more than the header says of a small body of 64 MiB${lacks}`, () => {
    const bomb = compressBody(name, Buffer.alloc(BOMB_BYTES));
    const batch = assemble({ records: two, codec: CODECS.indexOf(name), body: bomb });
    const before = process.memoryUsage().rss;
    expect(codeOf(() => readRecords(batch))).toBe('CORRUPT_BATCH');
    expect(process.memoryUsage().rss - before).toBeLessThan(BOMB_BYTES / 2);
  });

  it.skipIf(lacks)(`takes garbage for what it is${lacks}`, () => {
    let seed = 20_261_122;
    const next = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    const packed = compressBody(name, TEXT);
    for (let run = 0; run < 1_000; run += 1) {
      const isRandom = run % 2 === 0;
      const body = isRandom ? Buffer.alloc(1 + (next() % 90)) : Buffer.from(packed);
      for (let at = isRandom ? 0 : next() % body.length; at < body.length; at += 1) {
        body[at] = next();
        if (!isRandom) break;
      }
      const code = codeOf(() => decompressBody(name, body, TEXT.length));
      expect(['CORRUPT_BATCH', undefined]).toContain(code);
    }
  });

  it.skipIf(lacks)(`goes through batches${lacks}`, () => {
    const batch = encodeBatch([{ key: record, value: TEXT }], { nowMs: 1, codec: name });
    expect(CODECS[validateBatch(batch).codec]).toBe(name);
    expect(Buffer.from(readRecords(batch)[0]?.value ?? []).equals(TEXT)).toBe(true);
  });
});

describe('formats that other languages read', () => {
  it('lz4 is a block, without the size that some put in front', () => {
    const block = packLz4(TEXT).subarray(4);
    expect(decompressBody('lz4', block, TEXT.length)).toEqual(TEXT);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(TEXT.length);
    expect(unpackLz4(Buffer.concat([size, compressBody('lz4', TEXT)]))).toEqual(TEXT);
  });

  it('snappy is the raw format', () => {
    expect(decompressBody('snappy', packSnappy(TEXT), TEXT.length)).toEqual(TEXT);
    expect(unpackSnappy(compressBody('snappy', TEXT))).toEqual(TEXT);
  });
});

describe('a codec that a process lacks', () => {
  const mine = requireCodec('snappy');
  const batch = encodeBatch([{ value: TEXT }], { nowMs: 1, codec: 'snappy' });
  afterEach(() => registerCodec('snappy', mine));

  it('is not announced, not taken from producers, and cannot be written', () => {
    expect(codecsAvailable()).toContain('snappy');
    registerCodec('snappy', null);
    expect(codecsAvailable()).not.toContain('snappy');
    expect(codeOf(() => new BatchBuilder({ codec: 'snappy' }))).toBe('UNSUPPORTED_CODEC');
    const refusal = errorOf(() => validateBatch(batch));
    expect(refusal?.code).toBe('UNSUPPORTED_CODEC');
    expect(refusal?.message).toMatch(
      /^The broker has no codec snappy: it needs the package 'snappy'/,
    );
    expect(refusal?.detail.limit).toBe(codecsAvailable().join(', '));
  });

  it('leaves batches whole: who reads the records is told which batch it is', () => {
    registerCodec('snappy', null);
    const header = verifyBatch(batch);
    expect(header.count).toBe(1);
    const refusal = errorOf(() => readRecords(batch));
    expect(refusal?.code).toBe('UNSUPPORTED_CODEC');
    expect(refusal?.message).toContain('The batch at offset 0 cannot be read');
    expect(refusal?.message).toContain("the package 'snappy'");
  });

  it('can be given', () => {
    registerCodec('snappy', null);
    registerCodec('snappy', mine);
    expect(readRecords(batch)).toHaveLength(1);
  });

  it('is zstd where the runtime has none of its functions', () => {
    expect(zstdOfRuntime({ constants: {} })).toBeUndefined();
    expect(zstdOfRuntime({ constants: { ZSTD_d_windowLogMax: 100 } })).toBeUndefined();
  });
});

describe('registerCodec', () => {
  const lz4 = requireCodec('lz4');
  const kept = () => Buffer.from('kept');

  it('refuses names that are none, and none itself', () => {
    for (const name of ['none', 'zip', 'constructor']) {
      const given = () => registerCodec(name as OptionalCodecName, lz4);
      expect(errorOf(given)).toMatchObject({ code: 'INVALID_CONFIG', detail: { field: 'name' } });
    }
  });

  it.each([
    ['of another format', 'lz4', requireCodec('snappy')],
    ['with its size in front', 'lz4', { compress: kept, decompress: kept }],
    [
      'that does not read what it writes',
      'lz4',
      { compress: kept, decompress: (packed: Uint8Array, n: number) => lz4.decompress(packed, n) },
    ],
    ['that is none', 'lz4', { compress: () => TEXT, decompress: () => TEXT }],
  ] as const)('refuses a codec %s', (_, name, codec) => {
    const refusal = errorOf(() => registerCodec(name, codec));
    expect(refusal).toMatchObject({ code: 'INVALID_CONFIG', detail: { field: 'codec' } });
    expect(requireCodec(name)).toBe(lz4);
  });
});
