// Golden values of the small things: frames in a stream, integers, key hashes, message ids, receipts.
import { describe, expect, it } from 'vitest';
import { compileCodec } from '../../src/codec/codec.ts';
import {
  dedupHash,
  FrameDecoder,
  formatReceipt,
  hashKey,
  messageId,
  parseMessageId,
  parseReceipt,
  partitionForKey,
  type Receipt,
} from '../../src/index.ts';
import { packFrame, unpackChecked } from '../../src/message-pack/pack-values.ts';
import { int } from '../../src/schema.ts';
import { errorOf } from '../fuzz.ts';
import { bytesOf, frozen, hexOf, type Vector } from './frozen.ts';

interface StreamVector extends Vector {
  readonly frameBytesMax: number;
  readonly hex: string;
  readonly payloads: readonly string[];
  readonly error: string | null;
}

function stream(name: string, hex: string, frameBytesMax = 16): StreamVector {
  const decoder = new FrameDecoder({ frameBytesMax });
  const payloads: string[] = [];
  const error = errorOf(() => {
    for (const byte of bytesOf(hex)) payloads.push(...decoder.push(Uint8Array.of(byte)).map(hexOf));
  });
  return { name, frameBytesMax, hex, payloads, error: error?.code ?? null };
}

const makeStreams = () => [
  stream('one frame', '0000000193'),
  stream('two frames', '00000001930000000201c0'),
  stream('an unfinished length', '000000'),
  stream('an unfinished payload', '0000000201'),
  stream('the longest payload', `00000010${'c0'.repeat(16)}`),
  stream('a payload beyond the limit', `00000011${'c0'.repeat(17)}`),
  stream('a frame, then a length beyond the limit', '0000000193ffffffff'),
  stream('an empty payload', '00000000'),
];

describe('golden streams', () => {
  it.each(frozen('frames.json', makeStreams))('$name', (vector) => {
    expect(stream(vector.name, vector.hex, vector.frameBytesMax)).toEqual(vector);
  });
});

interface IntegerVector extends Vector {
  readonly hex: string;
}

const anyInt = { value: int('Any integer.', { min: Number.MIN_SAFE_INTEGER }) };

/** The name of the vector is the integer, in decimal digits. */
function integer(value: number): IntegerVector {
  const out: unknown[] = [];
  compileCodec(anyInt, 1, 'request').encode({ value }, out);
  return { name: String(value), hex: hexOf(packFrame(out).subarray(5)) };
}

const makeIntegers = () => {
  const powers = [7, 8, 16, 31, 32, 33].flatMap((bits) => [2 ** bits - 1, 2 ** bits]);
  const negative = [-1, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1];
  return [0, 1, ...powers, 1_767_225_600_000, 2 ** 53 - 1, ...negative, -(2 ** 53) + 1].map(
    integer,
  );
};

describe('golden integers', () => {
  it.each(frozen('integers.json', makeIntegers))('$name', (vector) => {
    expect(integer(Number(vector.name))).toEqual(vector);
    const payload = bytesOf(`91${vector.hex}`);
    const decoded = compileCodec(anyInt, 1, 'request').decode(
      unpackChecked(payload) as unknown[],
      0,
    );
    expect(decoded).toEqual({ value: Number(vector.name) });
  });
});

interface KeyVector extends Vector {
  readonly key: Uint8Array;
  readonly hash: number;
  /** Number of partitions to the partition of the key. */
  readonly partitions: { readonly [count: string]: number };
}

function keyed(name: string, key: Uint8Array): KeyVector {
  const counts = [1, 2, 3, 10, 1_024].map((count) => [count, partitionForKey(key, count)]);
  return {
    name,
    key: Buffer.from(key),
    hash: hashKey(key),
    partitions: Object.fromEntries(counts),
  };
}

const makeKeys = () => {
  const texts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', '21', 'foobar', 'user-1', 'é€𝄞'];
  const keys = texts.map((text) => keyed(JSON.stringify(text), Buffer.from(text)));
  return [...keys, keyed('bytes above 127', Buffer.from('ff80ff80ff80ff', 'hex'))];
};

describe('golden key hashes', () => {
  it.each(frozen('key-hashes.json', makeKeys))('$name', (vector) => {
    expect(keyed(vector.name, vector.key)).toEqual(vector);
  });
});

const makeIds = () =>
  (
    [
      [0, 0, 0],
      [1, 3, 1_234],
      [2 ** 32 - 1, 1_023, 2 ** 53 - 1],
      [7, 5, 2 ** 48],
    ] as const
  ).map(([topicId, partition, offset]) => {
    return { name: messageId(topicId, partition, offset), topicId, partition, offset };
  });

describe('golden message ids', () => {
  it.each(frozen('message-ids.json', makeIds))('$name', ({ name, ...parts }) => {
    expect(messageId(parts.topicId, parts.partition, parts.offset)).toBe(name);
    expect(parseMessageId(name)).toEqual(parts);
  });
});

interface ReceiptVector extends Vector {
  readonly receipt: Receipt;
}

const makeReceipts = () => {
  const receipts: Receipt[] = [
    { topicId: 7, partition: 3, groupId: 9, firstOffset: 10, lastOffset: 12, token: 4 },
    {
      topicId: 7,
      partition: 3,
      groupId: null,
      firstOffset: 10,
      lastOffset: 10,
      token: 2 ** 53 - 1,
    },
  ];
  return receipts.map((receipt) => ({ name: formatReceipt(receipt), receipt }));
};

describe('golden receipts', () => {
  it.each(frozen<ReceiptVector>('receipts.json', makeReceipts))('$name', ({ name, receipt }) => {
    expect(formatReceipt(receipt)).toBe(name);
    expect(parseReceipt(name)).toEqual(receipt);
  });
});

interface DedupVector extends Vector {
  readonly hash: string;
}

const makeDedups = () =>
  ['', 'order-17', 'é€𝄞', 'x'.repeat(128)].map((id) => ({ name: id, hash: hexOf(dedupHash(id)) }));

describe('golden dedup hashes', () => {
  it.each(frozen<DedupVector>('dedup-hashes.json', makeDedups))('of "$name"', ({ name, hash }) => {
    expect(hexOf(dedupHash(name))).toBe(hash);
  });
});
