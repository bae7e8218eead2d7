// Where the letters of one slice of a redrive go: opened again in the group that failed them, or appended. It carries
// on what the slice has planned so far, and writes nothing before `finish`.

import { type LogRecord, partitionForKey } from '@millrace/protocol';
import { assert } from '../assert.ts';
import type { Context, View, Wake } from '../decision.ts';
import type { TaskRow } from '../queue-rows.ts';
import type { DeadRow, Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { laneColumn } from '../share/lanes/lane-column.ts';
import { LetterAppends } from '../share/letter-appends.ts';
import { ShareDraft } from '../share/share-draft.ts';
import { findShare, type ShareScope } from '../share/share-scope.ts';
import { laneOf } from './letter-columns.ts';
import { contentBytes, type LetterOrigin, strippedRecord } from './letter-origin.ts';

export interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly record: LogRecord;
  readonly origin: LetterOrigin;
}

/**
 * moved: it is planned. failed: it cannot be moved and stays. later: not in this slice, since one dead row is opened
 * only once in a decision.
 */
export type LetterOutcome = 'moved' | 'failed' | 'later';

/** Messages of one dead row that are opened again. */
interface Reopening {
  readonly rowFirst: number;
  readonly first: number;
  last: number;
  readonly lanes: number[];
}

interface Reopened {
  readonly scope: ShareScope;
  readonly ranges: Reopening[];
}

export class RedriveMoves {
  readonly #state: ShardState;
  readonly #view: View;
  readonly #task: TaskRow;
  readonly #appends: LetterAppends;
  readonly #reopened = new Map<string, Reopened>();

  constructor(state: ShardState, view: View, task: TaskRow, ctx: Context) {
    this.#state = state;
    this.#view = view;
    this.#task = task;
    this.#appends = new LetterAppends(state, ctx, 'redrive');
  }

  /** Bytes of the records appended so far. */
  get bytes(): number {
    return this.#appends.bytes;
  }

  /** Plans the move; of a dry run it only says what would become of the letter. */
  move(letter: Letter): LetterOutcome {
    const { targetTopicId } = this.#task;
    if (letter.origin.isStandIn && targetTopicId !== null) return 'failed';
    return targetTopicId === null ? this.#moveBack(letter) : this.#moveTo(targetTopicId, letter);
  }

  finish(): { readonly writes: readonly Write[]; readonly wake: readonly Wake[] } {
    const writes: Write[] = [];
    const wake: Wake[] = [];
    for (const { scope, ranges } of this.#reopened.values()) {
      const draft = new ShareDraft(scope.key, scope.share, this.#view);
      for (const { lanes, ...range } of ranges) {
        draft.reopen(range, 'ready', lanes.length === 0 ? null : laneColumn(lanes));
      }
      for (const write of draft.finish()) writes.push(write);
      for (const one of draft.wake()) wake.push(one);
    }
    const appended = this.#appends.finish();
    for (const write of appended.writes) writes.push(write);
    return { writes, wake: [...wake, ...appended.wake] };
  }

  /** To a topic: a copy. [L-119] */
  #moveTo(topicId: number, letter: Letter): LetterOutcome {
    const topic = this.#state.catalog.topics.get(topicId);
    assert(topic !== undefined, 'a slice looks for the target first');
    const record = strippedRecord(letter.record);
    if (contentBytes(record) > topic.config.messageBytesMax) return 'failed';
    const { key } = letter.record;
    const { partitions } = topic;
    const partition =
      key === null ? letter.partition % partitions : partitionForKey(key, partitions);
    return this.#append(topicId, partition, record);
  }

  /** Back to where it died: the message itself, or, where that is gone, a copy for its group alone. [L-117] [L-118] */
  #moveBack(letter: Letter): LetterOutcome {
    const scope = this.#sourceOf(letter.origin);
    const { offset, isStandIn } = letter.origin;
    if (scope === undefined || offset === null) return 'failed';
    const row = this.#deathOf(scope, letter, offset);
    if (row !== undefined) return this.#reopen(scope, row, offset, letter.record);
    if (isStandIn) return 'failed';
    const { topicId, partition, groupId } = scope.key;
    return this.#append(topicId, partition, { ...strippedRecord(letter.record), groupId });
  }

  /** Undefined where the topic or the group is gone, or no longer takes from it. */
  #sourceOf({ topic, partition, group }: LetterOrigin): ShareScope | undefined {
    const { catalog } = this.#state;
    const topicId = topic === null ? undefined : catalog.topicByName(topic)?.topicId;
    const groupId = group === null ? undefined : catalog.groupByName(group)?.groupId;
    if (topicId === undefined || groupId === undefined || partition === null) return undefined;
    const scope = findShare(this.#state, { groupId, topicId, partition });
    return scope.error === undefined ? scope : undefined;
  }

  /** First offset of the dead row that tells of this letter; undefined where the message cannot be opened again. */
  #deathOf(scope: ShareScope, letter: Letter, offset: number): number | undefined {
    const { key, share, low, log } = scope;
    if (offset < Math.max(low, share.floor) || offset >= log.durableEnd) return undefined;
    const prefix = [key.groupId, key.topicId, key.partition];
    const query = { prefix, from: [...prefix, offset], reverse: true, limit: 1 };
    for (const [[, , , first], row] of this.#view.range('dead', query)) {
      if (row[0] >= offset && this.#isCopy(row, letter, offset - first)) return first;
    }
    return undefined;
  }

  #isCopy(row: DeadRow, { partition, offset }: Letter, after: number): boolean {
    const [, , , , copyTopicId, copyPartition, copyOffset] = row;
    const isHere = copyTopicId === this.#task.topicId && copyPartition === partition;
    return isHere && copyOffset + after === offset;
  }

  #reopen(scope: ShareScope, rowFirst: number, offset: number, record: LogRecord): LetterOutcome {
    const lane = laneOf(scope.group.config, record);
    const lanes = lane === null ? [] : [lane];
    const name = Object.values(scope.key).join('/');
    const found = this.#reopened.get(name) ?? { scope, ranges: [] };
    this.#reopened.set(name, found);
    const same = found.ranges.find((range) => range.rowFirst === rowFirst);
    if (same === undefined) found.ranges.push({ rowFirst, first: offset, last: offset, lanes });
    else if (same.last + 1 === offset) {
      same.last = offset;
      same.lanes.push(...lanes);
    } else return 'later';
    return 'moved';
  }

  #append(
    topicId: number,
    partition: number,
    record: Parameters<LetterAppends['add']>[1],
  ): LetterOutcome {
    if (this.#task.dryRun) return 'moved';
    const target = this.#appends.target(topicId, partition);
    return this.#appends.add(target, record) === undefined ? 'moved' : 'failed';
  }
}
