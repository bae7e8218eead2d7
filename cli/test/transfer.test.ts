// Lines of an export: byte for byte there and back, whatever the record holds, and bounded in length.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { type BatchMessage, MillraceError, type Producer } from '@millrace/client';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { pump } from '../src/commands/produce/pump.ts';
import { Tally } from '../src/commands/produce/tally.ts';
import { compressorOf } from '../src/commands/transfer/compression.ts';
import { openExport } from '../src/commands/transfer/export-file.ts';
import { unpacked } from '../src/commands/transfer/import-source.ts';
import { parseTransferLine, transferLine } from '../src/commands/transfer/transfer-line.ts';
import type { Output } from '../src/output/output.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-transfer-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const plain = (bytes: Uint8Array | string | null): number[] | null =>
  bytes === null ? null : [...Buffer.from(bytes)];

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 100 }).map((text) => new TextEncoder().encode(text)),
);

describe('a line of an export', () => {
  it('is the record, byte for byte', () => {
    const record = fc.record({
      topic: fc.constant('t'),
      partition: fc.nat(1_000),
      offset: fc.maxSafeNat(),
      timestampMs: fc.maxSafeNat(),
      keyBytes: fc.option(someBytes),
      valueBytes: fc.option(someBytes),
      headers: fc.array(fc.tuple(fc.string({ maxLength: 20 }), someBytes)),
    });
    fc.assert(
      fc.property(record, (given) => {
        const line = transferLine(given);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const parsed = parseTransferLine(Buffer.from(line.slice(0, -1)), 1);
        expect(parsed).toMatchObject({
          partition: given.partition,
          timestampMs: given.timestampMs,
        });
        expect(plain(parsed.key)).toEqual(plain(given.keyBytes));
        expect(plain(parsed.value)).toEqual(plain(given.valueBytes));
        expect(parsed.headers.map(([name, value]) => [name, plain(value)])).toEqual(
          given.headers.map(([name, value]) => [name, plain(value)]),
        );
      }),
    );
  });

  it('is no longer than base64 would make it', () => {
    const bytes = Buffer.alloc(1_000_000, 1);
    const record = { topic: 't', partition: 0, offset: 0, timestampMs: 0, headers: [] };
    const line = transferLine({ ...record, keyBytes: null, valueBytes: bytes });
    expect(line.length).toBeLessThan(1_334_000);
  });

  it.each([
    ['{', 'not JSON'],
    ['7', 'not a record'],
    ['{}', 'partition is not a number'],
    ['{"partition":0}', 'timestampMs'],
    ['{"partition":0,"timestampMs":1}', 'headers is not a list'],
    ['{"partition":0,"timestampMs":1,"headers":[]}', 'key is not text'],
    ['{"partition":0,"timestampMs":1,"headers":[],"key":{"base64":"?"}}', 'key is not base64'],
    ['{"partition":0,"timestampMs":1,"headers":[["a"]],"key":null,"value":""}', 'header a'],
    ['{"partition":0,"timestampMs":1,"headers":[7],"key":null,"value":""}', 'not a pair'],
    ['{"partition":0,"timestampMs":1,"headers":[],"key":"\\ud800","value":""}', 'key has half'],
    ['{"partition":0,"timestampMs":1,"headers":[["\\udc00",""]],"key":"","value":""}', 'name of'],
  ])('%s is refused', (line, message) => {
    expect(() => parseTransferLine(Buffer.from(line), 3)).toThrow('line 3: ');
    expect(() => parseTransferLine(Buffer.from(line), 3)).toThrow(message);
  });
});

it('a line of an export that is not UTF-8 is refused', () => {
  const line = '{"partition":0,"timestampMs":1,"headers":[],"key":"\u00FF","value":""}';
  expect(() => parseTransferLine(Buffer.from(line, 'latin1'), 3)).toThrow('not UTF-8');
});

describe('a file of an export', () => {
  const output = {} as Output;

  it.each(['plain.ndjson', 'packed.ndjson.gz', 'packed.ndjson.br'])('%s', async (name) => {
    const path = join(directory, name);
    const file = await openExport(path, false, output);
    const text = 'line\n'.repeat(50_000);
    await file.write(text);
    await file.write('end\n');
    await file.end();
    const stream = Readable.from([readFileSync(path)]);
    const source = await unpacked({ stream, bytesTotal: 1, isTyped: false }, path);
    const chunks: Buffer[] = [];
    for await (const chunk of source.stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe(`${text}end\n`);
    await expect(openExport(path, false, output)).rejects.toMatchObject({ exit: 'conflict' });
    await (await openExport(path, true, output)).end();
    await expect(openExport(join(directory, 'no', 'x'), false, output)).rejects.toMatchObject({
      exit: 'notFound',
    });
  });

  it.runIf('createZstdCompress' in zlib)('has zstd where the runtime has it', () => {
    expect(compressorOf('x.zst')).toBeDefined();
  });

  it.skipIf('createZstdCompress' in zlib)('says which runtime has zstd', () => {
    expect(() => compressorOf('x.zst')).toThrow('22.15');
  });

  it('is packed by the ending of its name alone', async () => {
    const path = join(directory, 'known.gz');
    const file = await openExport(path, false, output);
    await file.write('text');
    await file.end();
    expect(zlib.gunzipSync(readFileSync(path)).toString()).toBe('text');
    expect(compressorOf('x.ndjson')).toBeUndefined();
    expect(compressorOf('x.constructor')).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('may be a device, which takes no flush', async () => {
    const file = await openExport('/dev/null', true, output);
    await file.write('text');
    await expect(file.end()).resolves.toBeUndefined();
  });

  it.runIf(existsSync('/dev/full'))('on a full disk fails, and does not hang', async () => {
    const file = await openExport('/dev/full', true, output);
    const writing = async () => {
      for (let piece = 0; piece < 100; piece += 1) await file.write('x'.repeat(100_000));
    };
    await expect(writing()).rejects.toThrow('cannot write /dev/full: ENOSPC');
    await expect(file.end()).rejects.toThrow('ENOSPC');
  });

  it('that is cut short ends the reading with an error', async () => {
    const path = join(directory, 'cut.gz');
    writeFileSync(path, zlib.gzipSync('x'.repeat(10_000)).subarray(0, 20));
    const stream = Readable.from([readFileSync(path)]);
    const source = await unpacked({ stream, bytesTotal: 1, isTyped: false }, path);
    await expect(source.stream.toArray()).rejects.toThrow('unexpected end of file');
  });
});

describe('how far an import came', () => {
  /** Stores what it is given, until a value says otherwise. */
  const producer = {
    sendBatch: async (_topic: string, messages: readonly BatchMessage<Uint8Array>[]) => {
      if (messages.some(({ value }) => String(value) === 'bad')) {
        throw new MillraceError('MESSAGE_TOO_LARGE');
      }
      return { partitions: messages.map(() => 0), offsets: messages.map(() => 0), duplicates: [] };
    },
  } as unknown as Producer<Uint8Array>;
  const run = async (...chunks: string[]) => {
    const tally = new Tally();
    const parse = (line: Buffer, lineNumber: number) => {
      if (String(line) === 'refused') parseTransferLine(line, lineNumber);
      return line.length === 0 ? undefined : { key: null, value: line, headers: [] };
    };
    const shape = { topic: 't', parse, key: undefined, headers: [], partition: undefined };
    const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
    await pump(producer, stream, shape, tally, new AbortController().signal).catch(() => {});
    return tally.storedToLine;
  };

  it('is told by the lines of which every one is stored', async () => {
    expect(await run('a\nb\n', '\nc\n', '\n')).toBe(5);
    expect(await run('a\n', 'b\nbad\n')).toBe(1);
    expect(await run('a\nb\n', 'c\nrefused\nd\n')).toBe(2);
    expect(await run('refused\n')).toBe(0);
  });
});
