// A stored batch whose bytes are not what was written: it is set aside, its offsets are a gap from then on, and what share
// groups had not resolved of it is dead. Whoever reads a batch finds that out; here it is decided what follows.

import { accept, type Context, type Decision, type View, type Wake } from '../decision.ts';
import { put, remove, type Write } from '../rows.ts';
import type { ShardState } from '../shard-state.ts';
import { nextAhead } from '../share/ahead.ts';
import { ShareDraft } from '../share/share-draft.ts';
import { ShareRuns } from '../share/share-runs.ts';
import { findShare, type ShareScope } from '../share/share-scope.ts';
import { type LogPartition, type Segment, segmentRow } from './log-partition.ts';

export interface QuarantineCommand {
  readonly topicId: number;
  readonly partition: number;
  readonly baseOffset: number;
  /** As stored, to be kept for whoever wants to look. */
  readonly content: Uint8Array;
  /** What is wrong with it, for people. */
  readonly fault: string;
}

export interface QuarantineReply {
  /** Undefined: it lay below the log's start, or its topic is gone; nobody misses it. */
  readonly lastOffset: number | undefined;
  /** Messages of share groups that are dead for it. */
  readonly deadMessages: number;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Always takes the batch out of the log. Its producer, and dedup ids, go on as if it were there. [D-20] [D-21] */
export function decideQuarantine(
  state: ShardState,
  view: View,
  command: QuarantineCommand,
  ctx: Context,
): Decision<QuarantineReply> {
  const { topicId, partition, baseOffset, content, fault } = command;
  const writes: Write[] = [remove('batches', [topicId, partition, baseOffset])];
  const partitions = state.catalog.topics.get(topicId)?.partitions ?? 0;
  if (partition >= partitions) return accept({ lastOffset: undefined, deadMessages: 0 }, writes);
  const log = state.logs.at(topicId, partition);
  const segment = segmentOf(log, baseOffset);
  if (segment !== undefined) {
    const left = { ...segment, bytes: Math.max(0, segment.bytes - content.length) };
    writes.push(put('segments', [topicId, partition, segment.baseOffset], segmentRow(left)));
  }
  if (segment === undefined || baseOffset < log.startOffset) {
    return accept({ lastOffset: undefined, deadMessages: 0 }, writes);
  }
  const last = lastOffsetOf(view, command, segment);
  const row = { lastOffset: last, foundAtMs: ctx.nowMs, bytes: content.length, fault, content };
  writes.push(put('quarantines', [topicId, partition, baseOffset], row));
  const wake: Wake[] = [];
  let deadMessages = 0;
  for (const [groupId, topics] of state.catalog.attachments) {
    if (!topics.has(topicId)) continue;
    const scope = findShare(state, { groupId, topicId, partition });
    if (scope.error !== undefined) continue;
    const draft = new ShareDraft(scope.key, scope.share, view);
    deadMessages += buryIn(scope, draft, view, { first: baseOffset, last }, ctx.nowMs);
    writes.push(...draft.finish());
    wake.push(...draft.wake());
  }
  return accept({ lastOffset: last, deadMessages }, writes, wake);
}

/** The one that counts its bytes. */
function segmentOf({ segments }: LogPartition, offset: number): Segment | undefined {
  return segments.find(
    ({ countedFrom, nextOffset }) => countedFrom <= offset && offset < nextOffset,
  );
}

/** Its own header may be what is damaged: it is taken to reach to the next batch. */
function lastOffsetOf(
  view: View,
  { topicId, partition, baseOffset }: QuarantineCommand,
  { nextOffset }: Segment,
): number {
  const prefix = [topicId, partition];
  const query = { prefix, from: [...prefix, baseOffset + 1], limit: 1, keysOnly: true };
  for (const [[, , next]] of view.range('batches', query)) return Math.min(next, nextOffset) - 1;
  return nextOffset - 1;
}

/** Gives how many messages died. */
function buryIn(
  { share, low, key }: ShareScope,
  draft: ShareDraft,
  view: View,
  range: Range,
  nowMs: number,
): number {
  const from = Math.max(range.first, share.floor, low);
  let messages = 0;
  const die = ({ first, last }: Range, deliveries: number): void => {
    const at = [key.groupId, key.topicId, key.partition, first] as const;
    draft.writes.push(put('dead', at, [last, 'corrupt', deliveries, nowMs, -1, -1, -1]));
    messages += last - first + 1;
  };
  for (const run of new ShareRuns(share, view).runsFrom(from)) {
    if (run.first > range.last) break;
    const part = { first: Math.max(run.first, from), last: Math.min(run.last, range.last) };
    draft.carve(run, [{ ...part, to: 'dead', error: null }]);
    die(part, run.deliveries);
  }
  for (let next = Math.max(from, share.cursor); next <= range.last; ) {
    const ahead = share.ahead > 0 ? nextAhead(view, key, next) : undefined;
    if (ahead?.first === next) {
      next = ahead.last + 1;
      continue;
    }
    const part = { first: next, last: Math.min(range.last, (ahead?.first ?? Infinity) - 1) };
    draft.decideAhead(part, 'dead');
    die(part, 0);
    next = part.last + 1;
  }
  return messages;
}
