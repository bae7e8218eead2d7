// MessagePack as anybody may write it: integers longer than they need be, types that have no place in the protocol, lengths
// that are a lie. A writer for tests of readers; nothing here is checked.

export type Raw = { readonly raw: Uint8Array };
export type Packable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Raw
  | Packable[]
  | Map<Packable, Packable>;

export function pack(value: Packable): Buffer {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'bigint') return packInteger(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? packInteger(BigInt(value))
      : packFloat(value);
  if (typeof value === 'string') return packString(value);
  if (value instanceof Uint8Array) return Buffer.concat([head(0xc4, value.length), value]);
  if (Array.isArray(value))
    return Buffer.concat([containerHead(0xdc, value.length), ...value.map(pack)]);
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, inner]) => [pack(key), pack(inner)]);
    return Buffer.concat([containerHead(0xde, value.size), ...entries]);
  }
  return Buffer.from(value.raw);
}

function packInteger(value: bigint): Buffer {
  if (value >= 0n && value < 128n) return Buffer.from([Number(value)]);
  if (value < 0n && value >= -32n) return Buffer.from([Number(value + 256n)]);
  const bytes = Buffer.alloc(9);
  if (value < 0n) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt.asIntN(64, value), 1);
    return bytes;
  }
  if (value <= 0xffffn) {
    bytes[0] = 0xcd;
    bytes.writeUInt16BE(Number(value), 1);
    return bytes.subarray(0, 3);
  }
  if (value <= 0xffff_ffffn) {
    bytes[0] = 0xce;
    bytes.writeUInt32BE(Number(value), 1);
    return bytes.subarray(0, 5);
  }
  bytes[0] = 0xcf;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value), 1);
  return bytes;
}

export function packFloat(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function packString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const start = bytes.length < 32 ? Buffer.from([0xa0 | bytes.length]) : head(0xd9, bytes.length);
  return Buffer.concat([start, bytes]);
}

/** Of strings and bytes: the same three types one after the other. */
function head(first: number, length: number): Buffer {
  if (length <= 0xff) return Buffer.from([first, length]);
  const bytes = Buffer.alloc(5);
  bytes[0] = first + 2;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function containerHead(first: number, count: number): Buffer {
  if (count < 16) return Buffer.from([(first === 0xdc ? 0x90 : 0x80) | count]);
  const bytes = Buffer.alloc(3);
  bytes[0] = first;
  bytes.writeUInt16BE(count, 1);
  return bytes;
}

/** Bytes that are no value, or not a whole one, or one that has no place in the protocol. */
export const ODD_VALUES: readonly Raw[] = [
  [0xc1],
  [0xd9, 0xff, 0x61],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdf, 0x7f, 0xff, 0xff, 0xff],
  [0xdc, 0x00, 0x02, 0x01],
  [0xc6, 0x7f, 0xff, 0xff, 0xff],
  [0xd6, 0xff, 0, 0, 0, 1],
  [0xc7, 0x00, 0x01],
  [0xd4, 0x72, 0x40],
  [0xca, 0x7f, 0xc0, 0, 0],
  [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  [0xa3, 0xff, 0xfe, 0xfd],
  [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0],
  [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80],
].map((bytes) => ({ raw: Uint8Array.from(bytes) }));
