// Record batches for tests, as a producer would send them, and what they hold, as a consumer would read it.
import {
  batchHeader,
  encodeBatch,
  type ProducerStamp,
  type RecordInput,
  readRecords,
  stampProducer,
  validateBatch,
} from '@millrace/protocol';

const TEXT = new TextEncoder();
const DECODER = new TextDecoder();

/** A batch of text values, without keys; offsets from 0, not yet stamped. */
export function batchOf(values: readonly string[], nowMs = 0): Uint8Array {
  return encodeBatch(
    values.map((value) => ({ value: TEXT.encode(value) })),
    { nowMs },
  );
}

/** A command for `decideAppend`. */
export function appendOf(topicId: number, partition: number, values: readonly string[]) {
  const batch = batchOf(values);
  return { topicId, partition, batch, header: batchHeader(batch) };
}

/** As `appendOf`, of records at hand, checked as the broker does. */
export function appendRecords(
  topicId: number,
  partition: number,
  records: readonly RecordInput[],
  codec: 'none' | 'gzip' = 'none',
  producer?: ProducerStamp,
) {
  const batch = encodeBatch(records, { nowMs: 0, codec });
  if (producer !== undefined) stampProducer(batch, producer);
  return { topicId, partition, batch, header: validateBatch(batch) };
}

/** Offset and text of every record of a stored batch. */
export function recordsOf(batch: Uint8Array): [offset: number, value: string][] {
  return readRecords(batch).map(({ offset, value }) => [
    offset,
    DECODER.decode(value ?? new Uint8Array()),
  ]);
}
