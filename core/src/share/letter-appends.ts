// Appends records to partitions within one decision, in as few batches as they fit in. Offsets are known as soon as a
// record is added: the ends of the logs are carried on here until the decision is applied.

import { BatchBuilder, MillraceError, type RecordInput } from '@millrace/protocol';
import type { Context, Wake } from '../decision.ts';
import { segmentRow } from '../log/log-partition.ts';
import { Logs, partitionKey } from '../log/logs.ts';
import { planAppend } from '../log/plan-append.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';

/** Records on their way to one partition. */
export interface LetterTarget {
  readonly topicId: number;
  readonly partition: number;
  readonly builder: BatchBuilder;
  /** Offset of the next record that is added. */
  nextOffset: number;
}

export class LetterAppends {
  readonly #state: ShardState;
  readonly #ctx: Context;
  readonly #by: 'death' | 'redrive';
  readonly #targets = new Map<number, LetterTarget>();
  /** The ends of the targets' logs, with the batches planned here. */
  readonly #logs = new Logs();
  readonly #writes: Write[] = [];
  #bytes = 0;

  constructor(state: ShardState, ctx: Context, by: 'death' | 'redrive') {
    this.#state = state;
    this.#ctx = ctx;
    this.#by = by;
  }

  /** Bytes of all records so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The partition exists. */
  target(topicId: number, partition: number): LetterTarget {
    const key = partitionKey(topicId, partition);
    const found = this.#targets.get(key);
    if (found !== undefined) return found;
    const { nextOffset, segments } = this.#state.logs.at(topicId, partition);
    const end = segments.at(-1);
    if (end !== undefined) this.#logs.apply(topicId, partition, end.baseOffset, segmentRow(end));
    const builder = new BatchBuilder({ deadLetter: true });
    const target = { topicId, partition, builder, nextOffset };
    this.#targets.set(key, target);
    return target;
  }

  /** Adds the record, or gives the error for which it cannot be part of any batch. */
  add(target: LetterTarget, record: RecordInput): MillraceError | undefined {
    for (;;) {
      const before = target.builder.bytes;
      try {
        this.#bytes += target.builder.add(record, this.#ctx.nowMs) - before;
        target.nextOffset += 1;
        return undefined;
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        if (error.code !== 'BATCH_TOO_LARGE' || target.builder.count === 0) return error;
        this.#flush(target);
      }
    }
  }

  /** All appends. Nothing can be added after. */
  finish(): { readonly writes: readonly Write[]; readonly wake: readonly Wake[] } {
    const wake: Wake[] = [];
    for (const target of this.#targets.values()) {
      this.#flush(target);
      const { topicId, partition } = target;
      wake.push({ kind: 'appended', topicId, partition, by: this.#by });
    }
    return { writes: this.#writes, wake };
  }

  #flush({ topicId, partition, builder }: LetterTarget): void {
    if (builder.count === 0) return;
    const state = { ...this.#state, logs: this.#logs };
    const { writes } = planAppend(state, topicId, partition, builder.build(), this.#ctx);
    for (const write of writes) {
      if (write.table === 'segments') this.#logs.apply(...write.key, write.value);
      this.#writes.push(write);
    }
  }
}
