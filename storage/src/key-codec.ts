// Keys as ordered bytes. A packed key is a string with one character (0-255) a byte: it compares, hashes and joins
// like bytes, and costs no buffer. First the table's id, then the parts; byte order is the order of the parts.

import { assert } from './assert.ts';
import { type Key, type KeyPart, TABLES, type TableName, type TableSpec } from './keys.ts';
import { STORAGE_LIMITS } from './limits.ts';

/** Ordered bytes of a key, or of a prefix of one; one character (0-255) a byte. */
export type PackedKey = string;

type Part = number | string;

interface PartCodec {
  /** @throws AssertionError when the part has another type or is out of range. */
  readonly pack: (part: Part | undefined) => PackedKey;
  readonly unpack: (packed: PackedKey, at: number) => Part;
  /** Where the part that starts at `at` ends. */
  readonly end: (packed: PackedKey, at: number) => number;
}

interface TableCodec {
  readonly head: PackedKey;
  readonly parts: readonly PartCodec[];
}

const { fromCharCode } = String;
const TWO_32 = 0x1_0000_0000;

function checkUnsigned(part: Part | undefined, max: number): number {
  assert(typeof part === 'number', 'this part of the key is a number');
  assert(Number.isInteger(part) && part >= 0 && part <= max, 'this part of the key is in range');
  return part;
}

const packU32 = (n: number): PackedKey =>
  fromCharCode(n >>> 24, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff);
const unpackU16 = (packed: PackedKey, at: number): number =>
  packed.charCodeAt(at) * 0x100 + packed.charCodeAt(at + 1);
const unpackU32 = (packed: PackedKey, at: number): number =>
  unpackU16(packed, at) * 0x1_0000 + unpackU16(packed, at + 2);

const u16: PartCodec = {
  pack: (part) => {
    const n = checkUnsigned(part, 0xffff);
    return fromCharCode(n >>> 8, n & 0xff);
  },
  unpack: unpackU16,
  end: (_, at) => at + 2,
};

const u32: PartCodec = {
  pack: (part) => packU32(checkUnsigned(part, 0xffff_ffff)),
  unpack: unpackU32,
  end: (_, at) => at + 4,
};

const u53: PartCodec = {
  pack: (part) => {
    const n = checkUnsigned(part, Number.MAX_SAFE_INTEGER);
    return packU32(Math.floor(n / TWO_32)) + packU32(n >>> 0);
  },
  unpack: (packed, at) => unpackU32(packed, at) * TWO_32 + unpackU32(packed, at + 4),
  end: (_, at) => at + 8,
};

/** UTF-8 ended by NUL, so that 'a' sorts before 'ab' whatever follows. The order is that of code points. */
const string: PartCodec = {
  pack: (part) => {
    assert(typeof part === 'string', 'this part of the key is a string');
    const bytes = Buffer.from(part, 'utf8');
    assert(bytes.length <= STORAGE_LIMITS.keyStringBytesMax, 'a string in a key is short');
    assert(!part.includes('\0'), 'a string in a key holds no NUL');
    assert(bytes.toString('utf8') === part, 'a string in a key is well-formed');
    return `${bytes.toString('latin1')}\0`;
  },
  unpack: (packed, at) =>
    Buffer.from(packed.slice(at, packed.indexOf('\0', at)), 'latin1').toString('utf8'),
  end: (packed, at) => packed.indexOf('\0', at) + 1,
};

const PART_CODECS: Readonly<Record<KeyPart, PartCodec>> = { u16, u32, u53, string };

function compile(spec: TableSpec): TableCodec {
  assert(Number.isInteger(spec.id) && spec.id > 0 && spec.id < 0xff, 'a table id is 1-254');
  assert(spec.key.length > 0, 'a table has a key');
  return { head: fromCharCode(spec.id), parts: spec.key.map((part) => PART_CODECS[part]) };
}

const CODECS = Object.fromEntries(
  Object.entries(TABLES).map(([name, spec]) => [name, compile(spec)]),
) as Readonly<Record<TableName, TableCodec>>;

/** The first parts of a key, whole parts only; no parts: the whole table. @throws AssertionError on a wrong part. */
export function packPrefix(table: TableName, parts: Key): PackedKey {
  const codec = CODECS[table];
  assert(parts.length <= codec.parts.length, 'a key has no more parts than its table');
  let packed = codec.head;
  for (let i = 0; i < parts.length; i += 1) packed += (codec.parts[i] as PartCodec).pack(parts[i]);
  return packed;
}

/** @throws AssertionError when a part is missing, has another type or is out of range. */
export function packKey(table: TableName, key: Key): PackedKey {
  assert(key.length === CODECS[table].parts.length, 'a key has all its parts');
  return packPrefix(table, key);
}

/** The reverse of `packKey`. */
export function unpackKey(table: TableName, packed: PackedKey): Key {
  const { head, parts } = CODECS[table];
  assert(packed.startsWith(head), 'the key is of this table');
  const key: Part[] = [];
  let at = 1;
  for (const part of parts) {
    key.push(part.unpack(packed, at));
    at = part.end(packed, at);
  }
  assert(at === packed.length, 'the key has nothing behind its parts');
  return key;
}

const TABLE_OF: readonly (TableName | undefined)[] = Object.entries(TABLES).reduce<TableName[]>(
  (tables, [name, { id }]) => {
    tables[id] = name as TableName;
    return tables;
  },
  [],
);

/** The table a whole key belongs to. */
export function tableOf(packed: PackedKey): TableName {
  const table = TABLE_OF[packed.charCodeAt(0)];
  assert(table !== undefined, 'a packed key belongs to a table');
  return table;
}

/** The first packed key that comes after all keys which start with `prefix`. */
export function prefixEnd(prefix: PackedKey): PackedKey {
  let last = prefix.length - 1;
  while (last >= 0 && prefix.charCodeAt(last) === 0xff) last -= 1;
  assert(last >= 0, 'a prefix starts with a table id below 255');
  return prefix.slice(0, last) + fromCharCode(prefix.charCodeAt(last) + 1);
}
