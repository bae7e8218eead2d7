// What the records of the soak hold: which stream they are of, which number in it, and bytes that follow from both, so that
// a reader can tell whether they are what was sent.

const HEAD_BYTES = 16;

export interface Stamp {
  readonly stream: number;
  readonly sequence: number;
}

export function payloadOf({ stream, sequence }: Stamp, bytes: number): Buffer {
  const value = Buffer.alloc(Math.max(HEAD_BYTES, bytes), fillOf(stream, sequence));
  value.writeDoubleBE(sequence, 0);
  value.writeUInt32BE(stream, 8);
  value.writeUInt32BE(value.length, 12);
  return value;
}

/** Undefined where it is not what `payloadOf` makes. */
export function stampOf(value: Uint8Array | null): Stamp | undefined {
  if (value === null || value.length < HEAD_BYTES) return undefined;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const stamp = { sequence: bytes.readDoubleBE(0), stream: bytes.readUInt32BE(8) };
  const isNumber = Number.isSafeInteger(stamp.sequence) && stamp.sequence >= 0;
  return isNumber && payloadOf(stamp, bytes.length).equals(bytes) ? stamp : undefined;
}

function fillOf(stream: number, sequence: number): number {
  return ((sequence * 31 + stream * 7) % 255) + 1;
}
