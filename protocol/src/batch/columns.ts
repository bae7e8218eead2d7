// The index of a batch by columns: where each one lies, and what it says about a record. Like `header.ts` it believes
// what the bytes say, but no accessor answers more than the limits allow: a rotten byte on a disk stays a wrong number.

import { LIMITS } from '../limits.ts';
import {
  AT,
  COLUMN_BYTES,
  FLAG_DEDUP,
  FLAG_DELAY,
  FLAG_DELIVERIES,
  FLAG_GAPS,
  FLAG_GROUP,
  FLAG_TTL,
  HEADER_BYTES,
  readU32,
  readU64,
} from './layout.ts';

/** Bytes a record of each column that a flag announces, in their order in the index: that of the flags. */
export const COLUMNS: readonly (readonly [flag: number, bytes: number])[] = [
  [FLAG_GAPS, COLUMN_BYTES],
  [FLAG_DELAY, 8],
  [FLAG_TTL, 8],
  [FLAG_DEDUP, LIMITS.dedupHashBytes],
  [FLAG_DELIVERIES, 4],
  [FLAG_GROUP, 4],
];

/** A batch with any other flag is refused. */
export const FLAGS_KNOWN = COLUMNS.reduce((flags, [flag]) => flags | flag, 0);

/** Bytes of the index a record, by flags. */
const ENTRY_BYTES = Array.from({ length: FLAGS_KNOWN + 1 }, (_, flags) =>
  COLUMNS.reduce((sum, [flag, bytes]) => ((flags & flag) === 0 ? sum : sum + bytes), COLUMN_BYTES),
);

/** Bytes of the index a record, all columns together; undefined where a flag is not known. */
export function indexEntryBytes(flags: number): number | undefined {
  return ENTRY_BYTES[flags];
}

/** Which optional columns and marks a batch has. */
export function batchFlags(bytes: Uint8Array): number {
  return ((bytes[AT.flags] as number) << 8) | (bytes[AT.flags + 1] as number);
}

/** Where the column of a flag begins, in a batch of `count` records that has it: after those of lower flags. */
export function columnFrom(flags: number, flag: number, count: number): number {
  return HEADER_BYTES + (ENTRY_BYTES[flags & (flag - 1)] as number) * count;
}

/** Where a column says something about record `i`; -1 where the batch has no such column. */
function entryAt(bytes: Uint8Array, flag: number, width: number, i: number): number {
  const flags = batchFlags(bytes);
  if ((flags & flag) === 0) return -1;
  return columnFrom(flags, flag, readU32(bytes, AT.count)) + width * i;
}

/** The record becomes visible so many ms after it was appended; 0: at once. */
export function recordDelayMs(bytes: Uint8Array, i: number): number {
  const at = entryAt(bytes, FLAG_DELAY, 8, i);
  return at < 0 ? 0 : Math.min(readU64(bytes, at), LIMITS.delayMsMax);
}

/** The record expires so many ms after it became visible; 0: it says nothing, its topic may. */
export function recordTtlMs(bytes: Uint8Array, i: number): number {
  const at = entryAt(bytes, FLAG_TTL, 8, i);
  return at < 0 ? 0 : Math.min(readU64(bytes, at), LIMITS.messageTtlMsMax);
}

/** A view of the record's dedup hash, 16 bytes; null where it has none. */
export function recordDedup(bytes: Uint8Array, i: number): Uint8Array | null {
  const from = entryAt(bytes, FLAG_DEDUP, LIMITS.dedupHashBytes, i);
  if (from < 0) return null;
  const end = from + LIMITS.dedupHashBytes;
  for (let at = from; at < end; at += 1) if (bytes[at] !== 0) return bytes.subarray(from, end);
  return null;
}

/** Deliveries before the record is exhausted; 0: as its share group says. */
export function recordMaxDeliveries(bytes: Uint8Array, i: number): number {
  const at = entryAt(bytes, FLAG_DELIVERIES, 4, i);
  return at < 0 ? 0 : Math.min(readU32(bytes, at), LIMITS.maxDeliveriesMax);
}

/** Id of the one share group that the record is for; 0: for all. */
export function recordGroup(bytes: Uint8Array, i: number): number {
  const at = entryAt(bytes, FLAG_GROUP, 4, i);
  return at < 0 ? 0 : readU32(bytes, at);
}
