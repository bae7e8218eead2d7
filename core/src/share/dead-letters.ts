// The copies that one decision makes of dead messages: gathered by dead-letter partition, appended in as few batches
// as they fit in. A record that cannot be copied is stood in for by one that says so: nothing is lost in silence.

import {
  BatchBuilder,
  DEAD_LETTER_HEADERS,
  LIMITS,
  type LogRecord,
  MillraceError,
  messageId,
  type RecordInput,
} from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context, View, Wake } from '../decision.ts';
import { Logs, partitionKey } from '../log/logs.ts';
import { planAppend } from '../log/plan-append.ts';
import type { DeathReason, Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { RecordSource } from './record-source.ts';
import type { Run } from './run.ts';
import type { ShareScope } from './share-scope.ts';
import { utf8 } from './utf8.ts';

export interface Death {
  readonly run: Run;
  readonly first: number;
  readonly last: number;
  readonly reason: DeathReason;
  readonly error: string | null;
}

/** Where the copy of a dead message is; those of the messages after it follow it. */
export interface CopyPlace {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
}

type Header = readonly [name: string, value: Uint8Array];

/** Copies on their way to one partition. */
interface Target {
  readonly topicId: number;
  readonly partition: number;
  readonly builder: BatchBuilder;
  nextOffset: number;
}

const OWN_NAMES: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

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
    const shared = provenance(scope, death, this.#ctx.nowMs);
    for (let at = death.first; at <= death.last; at += 1) {
      const read = source.read(at, death.last);
      const copy =
        read instanceof MillraceError
          ? standIn(scope, shared, at, read)
          : letter(scope, shared, read);
      this.#append(target, copy, scope, shared, at);
    }
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

  #append(
    target: Target,
    copy: RecordInput,
    scope: ShareScope,
    shared: readonly Header[],
    offset: number,
  ): void {
    const refused = this.#tryAdd(target, copy);
    if (refused !== undefined) {
      const second = this.#tryAdd(target, standIn(scope, shared, offset, refused));
      assert(second === undefined, 'a record that stands in for another is small');
    }
    target.nextOffset += 1;
    this.#count += 1;
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

  /** Source partition modulo the partitions there are. [L-20] */
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
      target = { topicId, partition, builder: new BatchBuilder(), nextOffset };
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

/** What all messages of a death have in common. */
function provenance(scope: ShareScope, death: Death, nowMs: number): Header[] {
  const { run, reason, error } = death;
  const NAMES = DEAD_LETTER_HEADERS;
  const headers: Header[] = [
    [NAMES.topic, utf8(scope.topic.name)],
    [NAMES.partition, utf8(`${scope.key.partition}`)],
    [NAMES.group, utf8(scope.group.name)],
    [NAMES.deliveries, utf8(`${run.deliveries}`)],
    [NAMES.reason, utf8(reason)],
    [NAMES.firstFailedAt, utf8(`${run.firstFailedAtMs || nowMs}`)],
    [NAMES.lastFailedAt, utf8(`${nowMs}`)],
  ];
  if (error !== null) headers.push([NAMES.error, utf8(error)]);
  return headers;
}

/** The record whole. Of its own provenance only the first message id stays. [L-21] */
function letter(scope: ShareScope, shared: readonly Header[], record: LogRecord): RecordInput {
  const { key, value, timestampMs, headers, offset } = record;
  const { topicId, partition } = scope.key;
  const firstId = headers.find(([name]) => name === DEAD_LETTER_HEADERS.messageId);
  const id = firstId?.[1] ?? utf8(messageId(topicId, partition, offset));
  const added: Header[] = [
    ...shared,
    [DEAD_LETTER_HEADERS.offset, utf8(`${offset}`)],
    [DEAD_LETTER_HEADERS.messageId, id],
  ];
  const own = headers.filter(([name]) => !OWN_NAMES.has(name));
  const room = LIMITS.headersPerRecordMax - added.length;
  return { key, value, timestampMs, headers: [...own.slice(0, room), ...added] };
}

/** No key and no value, but where the record was, and why it is not here. [L-22] */
function standIn(
  scope: ShareScope,
  shared: readonly Header[],
  offset: number,
  reason: MillraceError,
): RecordInput {
  const { topicId, partition } = scope.key;
  const text = utf8(`the record could not be copied: ${reason.code}: ${reason.message}`);
  const headers = shared.filter(([name]) => name !== DEAD_LETTER_HEADERS.error);
  headers.push(
    [DEAD_LETTER_HEADERS.error, text],
    [DEAD_LETTER_HEADERS.offset, utf8(`${offset}`)],
    [DEAD_LETTER_HEADERS.messageId, utf8(messageId(topicId, partition, offset))],
  );
  return { key: null, value: null, headers };
}
