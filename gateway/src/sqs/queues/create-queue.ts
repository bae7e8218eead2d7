// CreateQueue: the topic, then the share group over it. Whoever finds a half of it, left by a crash or made natively,
// makes the other half; whoever finds all of it compares what was asked for and makes nothing.

import { MillraceError } from '@millrace/protocol';
import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import { alterQueue } from './alter-queue.ts';
import { attribute, type Ground } from './attributes.ts';
import * as check from './check-attributes.ts';
import { checkTarget } from './dead-letter-queues.ts';
import { checkNewName, queueUrl } from './names.ts';
import { DEDUP_WINDOW_MS, newGroup, newTopic } from './native-settings.ts';
import type { QueueHandler } from './queue-action.ts';
import { joined, type QueueChange } from './queue-change.ts';
import {
  type Admin,
  answerOr,
  findParts,
  type QueueParts,
  type QueueState,
  queueOf,
} from './queue-state.ts';
import { checkTags, tagAnnotations } from './tag-rules.ts';

/** Somebody else may make or delete the queue at the same time: then it is looked at again. */
const TRIES_MAX = 5;

/** A queue as it is to be. */
interface Wish {
  readonly name: string;
  readonly isFifo: boolean;
  readonly attributes: check.CheckedAttributes;
  readonly tags: Readonly<Record<string, string>>;
}

export const createQueue: QueueHandler<'CreateQueue'> = async (context, input, call) => {
  const wish = checkedWish(input.QueueName, input.Attributes ?? {}, input.tags ?? {});
  const { name } = wish;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const parts = await findParts(context.admin, name);
    const queue = queueOf(parts);
    if (queue !== undefined) checkSame(queue, wish, call);
    else if (!(await make(context.admin, wish, parts))) continue;
    context.directory.forget(name);
    return { QueueUrl: queueUrl(name, call) };
  }
  throw new SqsError('ServiceUnavailable', 'The queue is being created and deleted by others.');
};

function checkedWish(
  name: string,
  given: check.GivenAttributes,
  tags: Readonly<Record<string, string>>,
): Wish {
  const isFifo = check.asksForFifo(given);
  check.checkNames(given, isFifo);
  checkNewName(name, isFifo);
  const attributes = check.checkValues(given);
  check.checkThroughput(attributes, { scope: 'queue', limit: 'perQueue' });
  checkTags(name, tags, 0);
  return { name, isFifo, attributes, tags };
}

/** Only what was asked for is compared; tags are not. */
function checkSame(queue: QueueState, { attributes }: Wish, call: SqsCall): void {
  for (const [name, value] of attributes) {
    const { show, unset = '' } = attribute(name);
    if (check.isSameValue(name, value, show(queue, call) ?? unset)) continue;
    const message = `A queue already exists with the same name and a different value for attribute ${name}`;
    throw new SqsError('QueueNameExists', message);
  }
}

/** False where somebody else was at it meanwhile. */
async function make(admin: Admin, wish: Wish, parts: QueueParts): Promise<boolean> {
  const { name, isFifo, attributes } = wish;
  const { topic, group, isConsumerGroup } = parts;
  if (isConsumerGroup || (group !== undefined && group.topics.length > 0)) {
    const message = `A queue cannot have the name ${name}: a group of that name reads other messages.`;
    throw new SqsError('QueueNameExists', message);
  }
  const policy = attributes.get('RedrivePolicy') ?? '';
  if (policy !== '') await checkTarget(admin, { name, isFifo, deadLetterTopic: null }, policy);
  // The group of a queue whose deletion was interrupted: it holds nothing any more.
  if (group !== undefined) await answerOr(admin.deleteShareGroup(name), ['UNKNOWN_GROUP']);
  const ground: Ground = {
    isNew: true,
    dedupScope: 'topic',
    dedupWindowMs: isFifo ? DEDUP_WINDOW_MS : 0,
  };
  const asked = joined([
    check.changeFor(attributes, ground),
    { annotations: tagAnnotations(wish.tags) },
  ]);
  const change = joined([
    { topic: newTopic(isFifo), group: newGroup(isFifo) },
    check.changeForDefaults(isFifo, ground),
    asked,
  ]);
  const isMade = topic === undefined && (await makeTopic(admin, name, change));
  if (topic === undefined && !isMade) return false;
  if (topic !== undefined) {
    const isWithoutDedup = isFifo && topic.config?.dedup === 'none';
    const config = { ...(isWithoutDedup ? { dedup: 'id' as const } : {}), ...asked.topic };
    await alterQueue(admin, name, { topic: config, annotations: asked.annotations });
  }
  return makeGroup(admin, name, change, isMade);
}

async function makeTopic(admin: Admin, name: string, change: QueueChange): Promise<boolean> {
  const kept = Object.entries(change.annotations ?? {}).flatMap(([key, text]) =>
    text === null ? [] : [[key, text] as const],
  );
  const input = { name, config: change.topic, annotations: Object.fromEntries(kept) };
  return (await answerOr(admin.createTopic(input), ['TOPIC_EXISTS'])) !== 'TOPIC_EXISTS';
}

/** What was made before goes again where the group is refused for good. */
async function makeGroup(
  admin: Admin,
  name: string,
  { group, deadLetterTopic }: QueueChange,
  isTopicMade: boolean,
): Promise<boolean> {
  const input = { group: name, topics: [name], config: group, deadLetterTopic };
  try {
    const answer = await answerOr(admin.createShareGroup(input), ['GROUP_EXISTS', 'UNKNOWN_TOPIC']);
    return answer === undefined;
  } catch (error) {
    const isRefused = error instanceof MillraceError && error.action === 'give up';
    const isKnown = isRefused && error.code !== 'OUTCOME_UNKNOWN';
    if (isKnown && isTopicMade) await answerOr(admin.deleteTopic(name), ['UNKNOWN_TOPIC']);
    throw error;
  }
}
