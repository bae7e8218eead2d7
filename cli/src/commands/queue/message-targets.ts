// The messages that an operator decides about: by id, or by offsets of a partition. And how many of them are open to a
// decision, which is what a question before it has to say.

import type { Admin, MessageState, MessageTarget, OffsetSpan } from '@millrace/client';
import { option, repeated, type ValuesOf, variadic } from '../../command.ts';
import type { Context } from '../../context.ts';
import { usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { parseOffsetRange } from '../../input/offset-range.ts';
import { formatText } from '../../output/format.ts';
import { readWords } from './receipts.ts';

export const TARGETS = {
  ids: variadic('[ids...]', 'message ids; - reads them from stdin'),
  topic: option('-t, --topic <topic>', 'with --offset: the topic, where the queue has several'),
  partition: option('--partition <number>', 'with --offset: the partition', count(0)),
  offsets: repeated(
    '--offset <range>',
    'instead of ids: an offset or a range such as 5-20 (repeatable)',
    parseOffsetRange,
  ),
};

type Given = ValuesOf<typeof TARGETS>;

/** Throws where nothing is named, or both ways are. */
export async function targetsOf(
  context: Context,
  queue: string,
  { ids, topic, partition, offsets }: Given,
): Promise<readonly MessageTarget[]> {
  if (offsets.length === 0) {
    if (topic !== undefined || partition !== undefined) throw usage('say which: --offset 5-20');
    return idsOf(await readWords(context, ids));
  }
  if (ids.length > 0) throw usage('ids and --offset exclude each other');
  if (partition === undefined) throw usage('--offset needs --partition');
  const from = topic ?? (await onlyTopic(context, queue));
  return offsets.map((range) => ({ topic: from, partition, ...range }));
}

async function idsOf(ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) throw usage('no messages: name their ids, or --partition and --offset');
  const { parseMessageId } = await import('@millrace/protocol');
  for (const id of ids) {
    try {
      parseMessageId(id);
    } catch {
      throw usage(`'${id}' is not a message id`, '`broker-cli queue messages` shows ids.');
    }
  }
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

async function onlyTopic(context: Context, queue: string): Promise<string> {
  const { admin } = await context.client();
  const { topics } = await admin.describeShareGroup(queue, { signal: context.signal });
  const [first, ...others] = topics;
  if (first === undefined || others.length > 0) {
    throw usage(`queue ${formatText(queue)} has ${topics.length} topics: say which one by --topic`);
  }
  return first.topic;
}

/** How many messages are named. */
export function namedBy(targets: readonly MessageTarget[]): number {
  return targets.reduce((sum, target) => sum + lengthOf(target), 0);
}

function lengthOf(target: MessageTarget): number {
  if (typeof target === 'string') return 1;
  return (target.lastOffset ?? target.firstOffset) - target.firstOffset + 1;
}

/** States of messages that nobody has and that are not resolved. */
const OPEN = ['fresh', 'ready', 'scheduled', 'parked', 'blocked'] as const;

/** How many of them are open to a decision now. */
export async function openAmong(
  context: Context,
  admin: Admin,
  group: string,
  targets: readonly MessageTarget[],
): Promise<number> {
  const { codecs } = await import('@millrace/client');
  const how = { codec: codecs.bytes, resultCodec: codecs.bytes, signal: context.signal };
  let open = 0;
  for (const target of targets) {
    if (typeof target !== 'string') open += await openIn(context, admin, group, target);
    else {
      const { state } = await admin.message(group, target, how);
      if (isOpen(state)) open += 1;
    }
  }
  return open;
}

function isOpen(state: MessageState): boolean {
  return OPEN.some((each) => each === state);
}

async function openIn(
  { signal }: Context,
  admin: Admin,
  group: string,
  { topic, partition, firstOffset, lastOffset = firstOffset }: OffsetSpan,
): Promise<number> {
  let open = 0;
  for (const state of OPEN) {
    const options = { group, state, topic, partition, fromOffset: firstOffset, signal };
    for await (const range of admin.listMessages(options)) {
      if (range.firstOffset > lastOffset) break;
      const from = Math.max(range.firstOffset, firstOffset);
      open += Math.min(range.lastOffset, lastOffset) - from + 1;
    }
  }
  return open;
}
