// Where a batch is in the sequence of its producer: written by the producer, and covered by the checksum.

import { checksumOf } from './checksum.ts';
import { AT, CHECKED_FROM, writeI64, writeU32 } from './layout.ts';

/** Of an idempotent producer. */
export interface ProducerStamp {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the batch's first record, in its partition. */
  readonly sequence: number;
}

/** Of a batch that no producer stands behind. */
export const NO_PRODUCER: ProducerStamp = { producerId: -1, producerEpoch: -1, sequence: -1 };

/** Writes the stamp and leaves the checksum to be computed. */
export function writeProducer(batch: Uint8Array, stamp: ProducerStamp): void {
  writeI64(batch, AT.producerId, stamp.producerId);
  writeU32(batch, AT.producerEpoch, stamp.producerEpoch);
  writeU32(batch, AT.sequence, stamp.sequence);
}

/** Writes the stamp into a finished batch, in place, and makes its checksum anew. */
export function stampProducer(batch: Uint8Array, stamp: ProducerStamp): void {
  writeProducer(batch, stamp);
  writeU32(batch, AT.checksum, checksumOf(batch, CHECKED_FROM, batch.length));
}
