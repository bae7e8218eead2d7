// Batches put together by hand from the layout in docs/protocol.md, also wrong ones. It shares no code with the source.
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import {
  type HeaderInput,
  LIMITS,
  type LogRecord,
  type RecordInput,
  recordDedup,
  recordDelayMs,
  recordGroup,
  recordMaxDeliveries,
  recordTtlMs,
} from '../../src/index.ts';
import { character } from '../fuzz.ts';

export interface Parts {
  /** Encoded records, before compression. */
  readonly records: readonly Uint8Array[];
  /** Offset deltas: given, they are written as the second column and flagged. */
  readonly deltas?: readonly number[];
  /** Further columns, as bytes; their flags have to be given. */
  readonly columns?: readonly Uint8Array[];
  readonly body?: Uint8Array;
  readonly codec?: number;
  readonly flags?: number;
  readonly format?: number;
  readonly count?: number;
  readonly lastOffsetDelta?: number;
  readonly bodyBytesRaw?: number;
  readonly baseOffset?: number;
  readonly firstTimestampMs?: number;
  readonly lastTimestampMs?: number;
  readonly producerId?: number;
}

function u32(...values: number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt32BE(value, 4 * i);
  return out;
}

export function assemble(parts: Parts): Buffer {
  const { records, deltas } = parts;
  const raw = Buffer.concat(records);
  const body = parts.body ?? raw;
  const index = Buffer.concat([
    u32(...records.map((record) => record.length), ...(deltas ?? [])),
    ...(parts.columns ?? []),
  ]);
  const header = Buffer.alloc(76);
  header.writeBigUInt64BE(BigInt(parts.baseOffset ?? 0), 0);
  header[20] = parts.format ?? 1;
  header[21] = parts.codec ?? 0;
  header.writeUInt16BE(parts.flags ?? (deltas === undefined ? 0 : 1), 22);
  header.writeUInt32BE(parts.count ?? records.length, 24);
  header.writeUInt32BE(
    parts.lastOffsetDelta ?? deltas?.at(-1) ?? Math.max(0, records.length - 1),
    28,
  );
  header.writeBigUInt64BE(BigInt(parts.firstTimestampMs ?? 1_000), 32);
  header.writeBigUInt64BE(BigInt(parts.lastTimestampMs ?? parts.firstTimestampMs ?? 1_000), 40);
  header.writeBigInt64BE(BigInt(parts.producerId ?? -1), 48);
  header.writeInt32BE(-1, 56);
  header.writeInt32BE(-1, 60);
  header.writeUInt32BE(index.length, 64);
  header.writeUInt32BE(body.length, 68);
  header.writeUInt32BE(parts.bodyBytesRaw ?? raw.length, 72);
  return seal(Buffer.concat([header, index, body]));
}

/** Puts the checksum right, as a hostile producer would. */
export function seal(batch: Uint8Array): Buffer {
  const out = Buffer.from(batch);
  if (out.length >= 20) out.writeUInt32BE(crc32(out.subarray(20)), 16);
  return out;
}

const size = fc.oneof(
  { weight: 60, arbitrary: fc.nat(30) },
  { weight: 4, arbitrary: fc.constantFrom(31, 32, 255, 256, 300) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536) },
);
const someBytes = size.chain((length) =>
  fc.nat(255).map((fill) => Buffer.alloc(length, Buffer.from([fill, fill ^ 1, fill ^ 7]))),
);
const maybeBytes = fc.oneof(fc.constant(null), someBytes);
const headerName = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: character, maxLength: 60 }),
  fc.constantFrom('h'.repeat(31), 'h'.repeat(32), 'h'.repeat(255)),
);
const header = fc.tuple(headerName, someBytes);
const timestamp = fc.oneof(
  fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER, 1_767_225_600_000),
  fc.integer({ min: 1_767_225_600_000 - 100_000, max: 1_767_225_600_000 + 100_000 }),
  fc.nat(),
);

const plainInput = fc.record(
  {
    key: maybeBytes,
    value: maybeBytes,
    timestampMs: timestamp,
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(header, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(header, { minLength: 7, maxLength: 20 }) },
    ),
  },
  { requiredKeys: [] },
);

function upTo(max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, max), fc.integer({ min: 0, max }));
}

/** What only the columns of the index hold. */
export const columnInput = fc.record(
  {
    delayMs: upTo(LIMITS.delayMsMax),
    ttlMs: upTo(LIMITS.messageTtlMsMax),
    dedup: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    maxDeliveries: upTo(LIMITS.maxDeliveriesMax),
    groupId: upTo(0xffff_ffff),
  },
  { requiredKeys: [] },
);

/** Any record a producer may send. */
export const recordInput: fc.Arbitrary<RecordInput> = fc.oneof(
  { weight: 3, arbitrary: plainInput },
  {
    weight: 1,
    arbitrary: fc.tuple(plainInput, columnInput).map(([all, more]) => ({ ...all, ...more })),
  },
);

export const recordInputs = fc.array(recordInput, { minLength: 1, maxLength: 12 });

/** Bytes as text: comparing typed arrays takes the test runner a thousand times longer. */
export function hex(bytes: Uint8Array | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('hex');
}

function plainHeaders(headers: HeaderInput): unknown {
  return headers.map(([name, value]) => [name, hex(value)]);
}

export function plain({ offset, timestampMs, key, value, headers }: LogRecord) {
  return { offset, timestampMs, key: hex(key), value: hex(value), headers: plainHeaders(headers) };
}

/** What a reader gets of a record added at `nowMs`. */
export function expected(record: RecordInput, offset: number, nowMs: number) {
  const { key, value, timestampMs = nowMs, headers = [] } = record;
  return { offset, timestampMs, key: hex(key), value: hex(value), headers: plainHeaders(headers) };
}

/** What the columns say about record `i`. */
export function said(batch: Uint8Array, i: number) {
  return {
    delayMs: recordDelayMs(batch, i),
    ttlMs: recordTtlMs(batch, i),
    dedup: hex(recordDedup(batch, i)),
    maxDeliveries: recordMaxDeliveries(batch, i),
    groupId: recordGroup(batch, i),
  };
}

export function expectedSaid(record: RecordInput) {
  const { delayMs = 0, ttlMs = 0, dedup, maxDeliveries = 0, groupId = 0 } = record;
  const isNothing = dedup?.every((byte) => byte === 0);
  return { delayMs, ttlMs, dedup: isNothing ? null : hex(dedup), maxDeliveries, groupId };
}
