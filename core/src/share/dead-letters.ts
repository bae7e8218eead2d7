// The copies that one decision makes of dead messages. A record that cannot be copied is stood in for by one that says
// so: nothing is lost in silence.

import { deadLetterOf, LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context, View, Wake } from '../decision.ts';
import type { Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { LetterAppends, type LetterTarget } from './letter-appends.ts';
import { type Death, provenanceOf, sharedProvenance } from './provenance.ts';
import type { RecordSources } from './record-source.ts';
import type { ShareScope } from './share-scope.ts';

/** Where the copy of a dead message is; those of the messages after it follow it. */
export interface CopyPlace {
  readonly topicId: number;
  readonly partition: number;
  readonly offset: number;
}

export interface Copies {
  readonly writes: readonly Write[];
  readonly wake: readonly Wake[];
}

const NO_COPIES: Copies = { writes: [], wake: [] };
const NO_COUNTS: ReadonlyMap<number, number> = new Map();

export class DeadLetters {
  readonly #state: ShardState;
  readonly #view: View;
  readonly #ctx: Context;
  readonly #sources: RecordSources;
  /** Made when the first message dies: few decisions see one. */
  #appends: LetterAppends | undefined;
  #count = 0;
  #countOf: Map<number, number> | undefined;

  constructor(state: ShardState, view: View, ctx: Context, sources: RecordSources) {
    this.#state = state;
    this.#view = view;
    this.#ctx = ctx;
    this.#sources = sources;
  }

  /** Copies so far. */
  get count(): number {
    return this.#count;
  }

  /** Copies so far, by share group. */
  get countOf(): ReadonlyMap<number, number> {
    return this.#countOf ?? NO_COUNTS;
  }

  /** Bytes of all copies so far. */
  get bytes(): number {
    return this.#appends?.bytes ?? 0;
  }

  /** As much was copied or decompressed as one decision should. */
  get isFull(): boolean {
    return this.bytes >= LIMITS.batchBytesMax || this.#sources.isFull;
  }

  /** Copies the dead messages to the dead-letter topic of the group's attachment; tells where the first one goes. */
  add(scope: ShareScope, death: Death): CopyPlace {
    this.#appends ??= new LetterAppends(this.#state, this.#ctx, 'death');
    const appends = this.#appends;
    const target = this.#target(appends, scope);
    const { topicId, partition, nextOffset: offset } = target;
    const source = this.#sources.of(scope, this.#view);
    const shared = sharedProvenance(scope, death, this.#ctx.nowMs);
    for (let at = death.first; at <= death.last; at += 1) {
      const headers = provenanceOf(scope, shared, at);
      const refused = appends.add(target, deadLetterOf(source.read(at, death.last), headers));
      if (refused === undefined) continue;
      const standIn = appends.add(target, deadLetterOf(refused, headers));
      assert(standIn === undefined, 'headers alone fit in a record [L-24]');
    }
    const copies = death.last - death.first + 1;
    assert(target.nextOffset === offset + copies, 'one copy each');
    this.#count += copies;
    this.#countOf ??= new Map();
    const { groupId } = scope.key;
    this.#countOf.set(groupId, (this.#countOf.get(groupId) ?? 0) + copies);
    return { topicId, partition, offset };
  }

  /** The appends. Nothing can be added after. */
  finish(): Copies {
    return this.#appends?.finish() ?? NO_COPIES;
  }

  /** Source partition modulo the partitions there are. [L-26] */
  #target(appends: LetterAppends, { key, attachment }: ShareScope): LetterTarget {
    const topicId = attachment.deadLetterTopicId;
    assert(topicId !== null, 'the group has a dead-letter topic');
    const topic = this.#state.catalog.topics.get(topicId);
    assert(topic !== undefined, 'a dead-letter topic in use is not deleted');
    return appends.target(topicId, key.partition % topic.partitions);
  }
}
