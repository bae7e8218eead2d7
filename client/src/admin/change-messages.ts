// Decisions of an operator about messages that nobody has leased, in as many requests as their number needs.

import {
  LIMITS,
  MillraceError,
  NO_ERROR,
  parseMessageId,
  type RequestInput,
  type ResponseOf,
} from '@millrace/protocol';
import { type Metadata, outcomeError } from '../metadata.ts';
import type { Link, RequestOptions } from '../net/link.ts';
import { integerOption, NOT_NEGATIVE } from '../options-check.ts';

/** Neighbouring messages of a partition. */
export interface OffsetSpan {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  /** Included; default: the first. A span has at most 100 million offsets. */
  readonly lastOffset?: number | undefined;
}

/** A message id, or neighbouring messages. */
export type MessageTarget = string | OffsetSpan;

/** What became of one message or span that was to be changed. */
export interface ChangeOutcome {
  readonly target: MessageTarget;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** How many they are. */
  readonly messages: number;
  /** Null: done. MESSAGE_LEASED, MESSAGE_FRESH, ALREADY_RESOLVED and the like; OUTCOME_UNKNOWN where nobody can tell. */
  readonly error: MillraceError | null;
}

/** What became of a change of several messages. */
export interface ChangeResult {
  /** Messages about which it was done. */
  readonly changed: number;
  readonly refused: number;
  /** In the order of the targets; of a span one for each part that met the same. */
  readonly outcomes: readonly ChangeOutcome[];
}

export interface Change {
  readonly action: RequestInput<'ChangeMessages'>['action'];
  readonly delayMs?: number | undefined;
}

interface Item {
  readonly target: MessageTarget;
  readonly topicId: number;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Of one span: each part of it is a request, and its outcomes are kept until all have come. */
const SPAN_MAX = 1_000 * LIMITS.acknowledgeOffsetsMax;

const DELAY = { min: 0, max: LIMITS.delayMsMax };

/**
 * Every message has its own outcome. It throws what concerns the request as a whole (UNKNOWN_GROUP and the like) only
 * where the first request meets it; later it is the outcome of the messages that were not reached.
 */
export async function changeMessages(
  link: Link,
  metadata: Metadata,
  group: string,
  change: Change,
  targets: readonly MessageTarget[],
  { signal, timeoutMs }: RequestOptions = {},
): Promise<ChangeResult> {
  const { action, delayMs } = change;
  if (delayMs !== undefined) integerOption('delayMs', delayMs, DELAY);
  const how = { signal, timeoutMs };
  const items: Item[] = [];
  for (const target of targets) items.push(...(await itemsOf(metadata, target, how)));
  const outcomes: ChangeOutcome[] = [];
  for (const request of perRequest(items)) {
    const wire = request.map(({ topicId, partition, firstOffset, lastOffset }) => {
      return { topicId, partition, firstOffset, lastOffset };
    });
    try {
      const body = { group, action, delayMs, items: wire };
      const { results } = await link.request('ChangeMessages', body, how);
      for (const [at, item] of request.entries()) outcomes.push(...outcomesOf(item, results[at]));
    } catch (error) {
      if (outcomes.length === 0) throw error;
      for (const item of request) outcomes.push(outcome(item, item, error as MillraceError));
    }
  }
  return resultOf(outcomes);
}

async function itemsOf(
  metadata: Metadata,
  target: MessageTarget,
  how: RequestOptions,
): Promise<Item[]> {
  if (typeof target === 'string') {
    const { topicId, partition, offset } = parseMessageId(target);
    return [{ target, topicId, partition, firstOffset: offset, lastOffset: offset }];
  }
  const { topic, partition } = target;
  const first = integerOption('firstOffset', target.firstOffset, NOT_NEGATIVE);
  const range = { min: first, max: Math.min(first + SPAN_MAX - 1, Number.MAX_SAFE_INTEGER) };
  const last = integerOption('lastOffset', target.lastOffset ?? first, range);
  const { topicId } = await metadata.get(topic, how);
  const items: Item[] = [];
  for (let from = first; from <= last; from += LIMITS.acknowledgeOffsetsMax) {
    const to = Math.min(last, from + LIMITS.acknowledgeOffsetsMax - 1);
    items.push({ target, topicId, partition, firstOffset: from, lastOffset: to });
  }
  return items;
}

/** Each request is bounded in items and in offsets. */
function perRequest(items: readonly Item[]): Item[][] {
  const requests: Item[][] = [];
  let offsets = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const length = item.lastOffset - item.firstOffset + 1;
    const request = requests.at(-1);
    const isFull = request === undefined || request.length === LIMITS.changeItemsMax;
    if (isFull || offsets + length > LIMITS.acknowledgeOffsetsMax) {
      requests.push([item]);
      offsets = length;
    } else {
      request.push(item);
      offsets += length;
    }
  }
  return requests;
}

type Reply = ResponseOf<'ChangeMessages'>['results'][number];

function outcomesOf(item: Item, reply: Reply | undefined): ChangeOutcome[] {
  const outcomes = (reply?.outcomes ?? []).map((range) => {
    const error = range.errorCode === NO_ERROR ? null : outcomeError(range.errorCode, null);
    return outcome(item, range, error);
  });
  if (outcomes.length > 0) return outcomes;
  return [outcome(item, item, new MillraceError('INTERNAL', 'The broker gave no outcome.'))];
}

function outcome(
  { target, partition }: Item,
  { firstOffset, lastOffset }: Pick<Item, 'firstOffset' | 'lastOffset'>,
  error: MillraceError | null,
): ChangeOutcome {
  const messages = lastOffset - firstOffset + 1;
  return { target, partition, firstOffset, lastOffset, messages, error };
}

function resultOf(outcomes: readonly ChangeOutcome[]): ChangeResult {
  let changed = 0;
  let refused = 0;
  for (const { messages, error } of outcomes) {
    if (error === null) changed += messages;
    else refused += messages;
  }
  return { changed, refused, outcomes };
}
