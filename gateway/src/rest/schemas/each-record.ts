// Reads records of batches one by one: a batch is unpacked when its turn comes, so that whoever has enough unpacks no more.
// What is packed may be a thousand times as large.

import { batchHeader, type LogRecord, type OffsetRange, readRecords } from '@millrace/protocol';

/** In the order of their offsets. */
export function* eachRecord(
  batches: readonly Uint8Array[],
  range: OffsetRange,
): Generator<LogRecord> {
  for (const batch of batches) yield* readRecords(batch, range);
}

/** The last one first. */
export function* eachRecordBack(
  batches: readonly Uint8Array[],
  range: OffsetRange,
): Generator<LogRecord> {
  for (const batch of batches.toReversed()) yield* readRecords(batch, range).toReversed();
}

/** The offset after what the batches cover; undefined: there are none. */
export function endOf(batches: readonly Uint8Array[]): number | undefined {
  const last = batches.at(-1);
  if (last === undefined) return undefined;
  const { baseOffset, lastOffsetDelta } = batchHeader(last);
  return baseOffset + lastOffsetDelta + 1;
}

/** What its reader has of it. */
export function bytesOf({ key, value, headers }: LogRecord): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0);
  return headers.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, own);
}

/** With bytes of its own: a record that waits must not keep all of its batch. */
export function detached({ offset, timestampMs, key, value, headers }: LogRecord): LogRecord {
  return {
    offset,
    timestampMs,
    key: key && new Uint8Array(key),
    value: value && new Uint8Array(value),
    headers: headers.map(([name, bytes]) => [name, new Uint8Array(bytes)] as const),
  };
}
