// The copies that one decision makes of dead messages: gathered by dead-letter partition, appended in as few batches
// as they fit in. A record that cannot be copied is stood in for by one that says so: nothing is lost in silence.

import { BatchBuilder, deadLetterOf, MillraceError, type RecordInput } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context, View, Wake } from '../decision.ts';
import { Logs, partitionKey } from '../log/logs.ts';
import { planAppend } from '../log/plan-append.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { type Death, provenanceOf, sharedProvenance } from './provenance.ts';
import { RecordSource } from './record-source.ts';
import type { ShareScope } from './share-scope.ts';

/** Where the copy of a dead message is; those of the messages after it follow it. */
export interface CopyPlace {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
}

/** Copies on their way to one partition. */
interface Target {
  readonly topicId: number;
  readonly partition: number;
  readonly builder: BatchBuilder;
  nextOffset: number;
}

export class DeadLetters {
  readonly #state: ShardState;
  readonly #view: View;
  readonly #ctx: Context;
  readonly #targets = new Map<number, Target>();
  /** The ends of the targets' logs, with what was planned here already. */
  readonly #logs = new Logs();
  readonly #writes: Write[] = [];
  #source: RecordSource | undefined;
  #bytes = 0;
  #count = 0;

  constructor(state: ShardState, view: View, ctx: Context) {
    this.#state = state;
    this.#view = view;
    this.#ctx = ctx;
  }

  /** Bytes of all copies so far, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Copies so far. */
  get count(): number {
    return this.#count;
  }

  /** Copies the dead messages to the dead-letter topic of the group's attachment; tells where the first one goes. */
  add(scope: ShareScope, death: Death): CopyPlace {
    const target = this.#target(scope);
    const { topicId, partition, nextOffset: offset } = target;
    const source = this.#sourceFor(scope);
    const shared = sharedProvenance(scope, death, this.#ctx.nowMs);
    for (let at = death.first; at <= death.last; at += 1) {
      const headers = provenanceOf(scope, shared, at);
      const refused = this.#tryAdd(target, deadLetterOf(source.read(at, death.last), headers));
      if (refused !== undefined) this.#standIn(target, deadLetterOf(refused, headers));
      target.nextOffset += 1;
    }
    this.#count += death.last - death.first + 1;
    assert(target.nextOffset === offset + death.last - death.first + 1, 'one copy each');
    return { topicId, partition, offset };
  }

  /** The appends. Nothing can be added after. */
  finish(): { readonly writes: readonly Write[]; readonly wake: readonly Wake[] } {
    const wake: Wake[] = [];
    for (const target of this.#targets.values()) {
      this.#flush(target);
      const { topicId, partition } = target;
      wake.push({ kind: 'appended', topicId, partition });
    }
    return { writes: this.#writes, wake };
  }

  /** Headers alone, with why the record is not there. [L-24] */
  #standIn(target: Target, letter: RecordInput): void {
    const refused = this.#tryAdd(target, letter);
    assert(refused === undefined, 'a record that stands in for another is small');
  }

  /** The error where the record cannot be part of any batch. */
  #tryAdd(target: Target, record: RecordInput): MillraceError | undefined {
    for (;;) {
      const before = target.builder.bytes;
      try {
        this.#bytes += target.builder.add(record, this.#ctx.nowMs) - before;
        return undefined;
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error;
        if (error.code !== 'BATCH_TOO_LARGE' || target.builder.count === 0) return error;
        this.#flush(target);
      }
    }
  }

  #flush({ topicId, partition, builder }: Target): void {
    if (builder.count === 0) return;
    const state = { ...this.#state, logs: this.#logs };
    const { writes } = planAppend(state, topicId, partition, builder.build(), this.#ctx);
    for (const write of writes) {
      if (write.table === 'segments') this.#logs.apply(...write.key, write.value);
      this.#writes.push(write);
    }
  }

  /** Source partition modulo the partitions there are. [L-26] */
  #target({ key, attachment }: ShareScope): Target {
    const topicId = attachment.deadLetterTopicId;
    assert(topicId !== null, 'the group has a dead-letter topic');
    const topic = this.#state.catalog.topics.get(topicId);
    assert(topic !== undefined, 'a dead-letter topic in use is not deleted');
    const partition = key.partition % topic.partitions;
    const name = partitionKey(topicId, partition);
    let target = this.#targets.get(name);
    if (target === undefined) {
      const log = this.#state.logs.at(topicId, partition);
      const { nextOffset } = log;
      const end = log.segments.at(-1);
      if (end !== undefined) {
        const row = [end.nextOffset, end.bytes, end.firstAppendMs, end.lastAppendMs] as const;
        this.#logs.apply(topicId, partition, end.baseOffset, row);
      }
      target = { topicId, partition, builder: new BatchBuilder({ deadLetter: true }), nextOffset };
      this.#targets.set(name, target);
    }
    return target;
  }

  #sourceFor({ key, log }: ShareScope): RecordSource {
    const { topicId, partition } = key;
    const found = this.#source;
    if (found?.topicId === topicId && found.partition === partition) return found;
    this.#source = new RecordSource(this.#view, topicId, partition, log.durableEnd);
    return this.#source;
  }
}
