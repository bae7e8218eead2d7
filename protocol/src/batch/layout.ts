// Where everything lies in a record batch: one header of fixed size, the index by columns, the body. Big-endian.
// docs/protocol.md says the same for clients in other languages.

/** Byte positions of the header's fields. */
export const AT = {
  baseOffset: 0,
  appendTime: 8,
  checksum: 16,
  format: 20,
  codec: 21,
  flags: 22,
  count: 24,
  lastOffsetDelta: 28,
  firstTimestamp: 32,
  lastTimestamp: 40,
  producerId: 48,
  producerEpoch: 56,
  sequence: 60,
  indexBytes: 64,
  bodyBytes: 68,
  bodyBytesRaw: 72,
} as const;

export const HEADER_BYTES = 76;
/** The checksum covers everything from here to the end; the broker stamps what lies before. */
export const CHECKED_FROM = AT.format;
export const FORMAT = 1;
/** The first two columns of the index, lengths and gaps, hold four bytes a record. */
export const COLUMN_BYTES = 4;

/** The index has a second column: the distance of each record's offset from the base offset. */
export const FLAG_GAPS = 1;
/**
 * Further columns of the index, each there where its flag is set, in the order of the flags. A record that a column
 * says nothing about has 0 there.
 */
/** Eight bytes: the record becomes visible so many ms after it was appended. */
export const FLAG_DELAY = 2;
/** Eight bytes: the record expires so many ms after it became visible. */
export const FLAG_TTL = 4;
/** Sixteen bytes: the first of the SHA-256 of its dedup id. */
export const FLAG_DEDUP = 8;
/** Four bytes: deliveries before it is exhausted, instead of what its share group says. */
export const FLAG_DELIVERIES = 16;
/** Four bytes: id of the one share group that the record is for. Only the broker writes it. */
export const FLAG_GROUP = 32;
/** Bytes of a record besides key, value and headers: never more than this. */
export const RECORD_OVERHEAD_BYTES = 32;

export function readU32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) * 0x100_0000 +
    (((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number))
  );
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Above 2^53-1 the result is not exact; who cares checks for that. */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 4);
}

export function readI64(bytes: Uint8Array, at: number): number {
  return (readU32(bytes, at) | 0) * 0x1_0000_0000 + readU32(bytes, at + 4);
}

export function writeI64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, Math.floor(value / 0x1_0000_0000) >>> 0);
  writeU32(bytes, at + 4, value >>> 0);
}
