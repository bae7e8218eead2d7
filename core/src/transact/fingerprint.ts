// A number of what a transaction asks for: two requests under one id are the same if it is. It looks at what the client
// sent alone, not at what the broker stamps on a batch.

import { batchHeader, hashKey, type RequestOf } from '@millrace/protocol';

type Plain = string | number | null;

/** 53 bits. Throws CORRUPT_BATCH where a batch is too short to have a checksum. */
export function fingerprintOf(request: RequestOf<'Transact'>): number {
  const { batches, acknowledgements, offsets, effects, changes } = request;
  const parts = [
    batches.map(({ topicId, partition, expectedOffset, batch }) => [
      topicId,
      partition,
      expectedOffset,
      ...batchParts(batch),
    ]),
    acknowledgements.map(({ group, items }) => [group, items.map((item) => partsOf(item))]),
    offsets.map(({ offsets: items, ...head }) => [partsOf(head), items.map((one) => partsOf(one))]),
    effects.map((effect) => partsOf(effect)),
    ...(changes ?? []).map((change) => partsOf(change)),
  ];
  return hash53(JSON.stringify(parts));
}

/** The checksum covers all that the producer wrote. */
function batchParts(batch: Uint8Array): readonly number[] {
  return [batch.length, batchHeader(batch).checksum];
}

/** Values in the order of the field names. */
function partsOf(struct: Readonly<Record<string, Plain | Uint8Array>>): readonly Plain[] {
  const names = Object.keys(struct).toSorted();
  return names.map((name) => plain(struct[name] ?? null));
}

function plain(value: Plain | Uint8Array): Plain {
  return value instanceof Uint8Array ? `${value.length} bytes, ${hashKey(value)}` : value;
}

/** Two FNV-1a hashes over the code units, from different beginnings. */
function hash53(text: string): number {
  let low = 0x811c_9dc5;
  let high = 0x9747_b28c;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x0100_0193);
    high = Math.imul(high ^ (unit + at), 0x0100_0193);
  }
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
