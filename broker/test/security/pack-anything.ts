// MessagePack of any value, for clients that look at no table: each kind in its longest form.

/** Integers beyond 2^53 as bigint; of objects only the empty one. */
export function packAnything(value: unknown): Buffer {
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === 'string') return lengthened(0xdb, Buffer.from(value));
  if (value instanceof Uint8Array) return lengthened(0xc6, value);
  if (typeof value === 'number' && !Number.isInteger(value)) {
    const bytes = Buffer.of(0xcb, ...new Uint8Array(8));
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    const bytes = Buffer.of(0xd3, ...new Uint8Array(8));
    bytes.writeBigInt64BE(BigInt(value), 1);
    return bytes;
  }
  if (!Array.isArray(value)) return lengthened(0xdf, Buffer.alloc(0));
  return lengthened(0xdd, Buffer.concat(value.map(packAnything)), value.length);
}

function lengthened(head: number, bytes: Uint8Array, length = bytes.length): Buffer {
  const start = Buffer.of(head, 0, 0, 0, 0);
  start.writeUInt32BE(length, 1);
  return Buffer.concat([start, bytes]);
}
