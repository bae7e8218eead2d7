// The figures behind the ADRs of the wire: node scripts/protocol-figures.mjs, after a build.
// Each line is the best of several rounds, in time of the processor: what disturbs a round only makes it slower.
import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import {
  BatchBuilder,
  decodeRequest,
  decodeRequestHeader,
  encodeBatch,
  encodeRequest,
  readRecords,
  sliceBatch,
  validateBatch,
} from '../protocol/dist/index.js';

/** Known to the protocol package alone. */
const { Packr, Unpackr } = createRequire(new URL('../protocol/package.json', import.meta.url))(
  'msgpackr',
);

const ROUNDS = 12;
const ROUND_MS = 120;

/**
 * Nanoseconds of the processor a call (garbage collection included), of the best round.
 *
 * @param {() => unknown} act
 */
function nanoseconds(act) {
  let best = Number.POSITIVE_INFINITY;
  let calls = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = process.cpuUsage();
    for (let i = 0; i < calls; i += 1) act();
    const { user, system } = process.cpuUsage(from);
    const took = Math.max(1, user + system) * 1_000;
    if (round > 1) best = Math.min(best, took / calls);
    calls = Math.min(calls * 50, Math.max(1, Math.round((calls * ROUND_MS * 1e6) / took)));
  }
  return best;
}

/**
 * @param {string} name
 * @param {number} items
 * @param {string} unit
 * @param {() => unknown} act
 */
function line(name, items, unit, act) {
  const ns = nanoseconds(act);
  const rate = items / ns;
  const text = unit === 'GB/s' ? rate.toFixed(2) : (rate * 1_000).toFixed(1);
  const each = ns < 10_000 ? `${ns.toFixed(0)} ns` : `${(ns / 1_000).toFixed(1)} us`;
  console.log(`${name.padEnd(44)} ${each.padStart(10)} ${text.padStart(9)} ${unit}`);
}

/** CRC-32C, sixteen bytes at a time: the checksum that was not taken. */
const CASTAGNOLI = new Int32Array(16 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  CASTAGNOLI[byte] = crc;
}
for (let at = 256; at < CASTAGNOLI.length; at += 1) {
  const crc = CASTAGNOLI[at - 256] ?? 0;
  CASTAGNOLI[at] = (crc >>> 8) ^ (CASTAGNOLI[crc & 0xff] ?? 0);
}

/**
 * @param {Uint8Array} b
 * @returns {number}
 */
function crc32c(b) {
  /** @type {any} */
  const t = CASTAGNOLI;
  /** @type {any} */
  const u = b;
  let c = -1;
  let i = 0;
  for (; i + 16 <= b.length; i += 16) {
    // biome-ignore format: four lines of four bytes.
    c ^= (u[i] | (u[i + 1] << 8) | (u[i + 2] << 16) | (u[i + 3] << 24));
    // biome-ignore format: four lines of four bytes.
    c = t[3840 + (c & 255)] ^ t[3584 + ((c >>> 8) & 255)] ^ t[3328 + ((c >>> 16) & 255)] ^ t[3072 + (c >>> 24)] ^
      t[2816 + u[i + 4]] ^ t[2560 + u[i + 5]] ^ t[2304 + u[i + 6]] ^ t[2048 + u[i + 7]] ^
      t[1792 + u[i + 8]] ^ t[1536 + u[i + 9]] ^ t[1280 + u[i + 10]] ^ t[1024 + u[i + 11]] ^
      t[768 + u[i + 12]] ^ t[512 + u[i + 13]] ^ t[256 + u[i + 14]] ^ t[u[i + 15]];
  }
  for (; i < b.length; i += 1) c = t[(c ^ u[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

const NOW = 1_767_225_600_000;
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });

console.log(`node ${process.version}\n\nchecksum`);
for (const size of [150, 1_024, 16_384, 1_048_576]) {
  const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => i * 31));
  line(`CRC-32C in JavaScript, ${size} B`, size, 'GB/s', () => crc32c(bytes));
  line(`CRC-32 of node:zlib, ${size} B`, size, 'GB/s', () => crc32(bytes));
}

console.log('\nrecords of 100 B, batches of 150');
const values = Array.from({ length: 150 }, (_, i) => ({ value: Buffer.alloc(100, i) }));
const keyed = values.map(({ value }, i) => ({ key: Buffer.from(`user-${i}`), value }));
const builder = new BatchBuilder();
const build = (/** @type {typeof values} */ records) => {
  for (const record of records) builder.add(record, NOW);
  return builder.build();
};
const rows = values.map(({ value }) => [0, null, value, null, null]);
const batch = build(values);
const packedRows = rows.map((row) => Buffer.from(packr.pack(row)));
line('write, by hand, whole batch', 150, 'M/s', () => build(values));
line('write, by hand, with keys', 150, 'M/s', () => build(keyed));
line('write, msgpackr, records alone', 150, 'M/s', () => {
  for (const row of rows) packr.pack(row);
});
line('read, by hand, offsets and times alone', 150, 'M/s', () => readRecords(batch));
line('read, by hand, every value', 150, 'M/s', () => {
  let sum = 0;
  for (const record of readRecords(batch)) sum += record.value?.length ?? 0;
  return sum;
});
line('read, msgpackr, records alone', 150, 'M/s', () => {
  for (const row of packedRows) unpackr.unpack(row);
});
line('validate', 150, 'M/s', () => validateBatch(batch));
line('cut one record out of it', 1, 'M/s', () => sliceBatch(batch, 70, 70));
const one = encodeBatch(values.slice(0, 1), { nowMs: NOW });
line('make a batch of one record', 1, 'M/s', () => build(values.slice(0, 1)));
line('validate a batch of one record', 1, 'M/s', () => validateBatch(one));

console.log('\ncodec');
const item = { topicId: 1, partition: 0, firstOffset: 123_456, lastOffset: 123_456, token: 99 };
const acknowledge = {
  group: 'workers',
  items: [{ ...item, kind: /** @type {const} */ ('accept') }],
};
const produce = { batches: [{ topicId: 1, partition: 0, batch }] };
const asked = encodeRequest('Acknowledge', 1, 7, acknowledge).subarray(4);
const sent = encodeRequest('Produce', 1, 7, produce).subarray(4);
line('encode Acknowledge of one item', 1, 'M/s', () =>
  encodeRequest('Acknowledge', 1, 7, acknowledge),
);
line('decode it', 1, 'M/s', () => {
  const { fields } = decodeRequestHeader(asked);
  return decodeRequest('Acknowledge', 1, fields);
});
line('encode Produce of a batch of 16 KB', 1, 'M/s', () => encodeRequest('Produce', 1, 7, produce));
line('decode it', 1, 'M/s', () => decodeRequest('Produce', 1, decodeRequestHeader(sent).fields));
