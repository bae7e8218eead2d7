// The records for one partition in one transaction, as batches. It sends nothing.

import {
  BatchBuilder,
  type CodecName,
  LIMITS,
  type RecordInput,
  type RequestInput,
} from '@millrace/protocol';

export type WireBatch = NonNullable<RequestInput<'Transact'>['batches']>[number];

/** A batch grows past it by one message at most. */
export const TRANSACTION_BATCH_BYTES = LIMITS.batchBytesMax - 2 * LIMITS.messageBytesMax;
/** A transaction is one frame: room is left for its acknowledgements and effects. */
export const TRANSACTION_BYTES_MAX = LIMITS.frameBytesMax - 6 * 1024 * 1024;

export class BatchesOf {
  private readonly where: { readonly topicId: number; readonly partition: number };
  private readonly codec: CodecName;
  private readonly done: WireBatch[] = [];
  private open: BatchBuilder | undefined;

  constructor(topicId: number, partition: number, codec: CodecName = 'none') {
    this.where = { topicId, partition };
    this.codec = codec;
  }

  add(record: RecordInput, nowMs: number): void {
    this.open ??= new BatchBuilder({ codec: this.codec });
    const size = this.open.add(record, nowMs);
    if (size >= TRANSACTION_BATCH_BYTES || this.open.count >= LIMITS.batchRecordsMax) this.seal();
  }

  batches(): readonly WireBatch[] {
    this.seal();
    return this.done;
  }

  private seal(): void {
    if (this.open === undefined) return;
    const { topicId, partition } = this.where;
    this.done.push({ topicId, partition, batch: this.open.build() });
    this.open = undefined;
  }
}
