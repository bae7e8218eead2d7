// SetQueueAttributes and GetQueueAttributes. Both look at the queue as it is now, and not at what was known of it.

import { SqsError } from '../errors.ts';
import type { SqsCall } from '../handler.ts';
import { alterQueue } from './alter-queue.ts';
import { annotationOf } from './annotations.ts';
import {
  ATTRIBUTE_NAMES,
  ATTRIBUTES,
  type AttributeName,
  attribute,
  isAttributeName,
} from './attributes.ts';
import * as check from './check-attributes.ts';
import { countOf, isCountName } from './counts.ts';
import { checkTarget } from './dead-letter-queues.ts';
import { nameInUrl } from './names.ts';
import { isOrdered, nowSeconds } from './native-settings.ts';
import type { QueueHandler } from './queue-action.ts';
import { joined } from './queue-change.ts';
import { loadQueue, type QueueState } from './queue-state.ts';

const ALL = 'All';

export const setQueueAttributes: QueueHandler<'SetQueueAttributes'> = async (context, input) => {
  const { admin, directory } = context;
  const queue = await loadQueue(admin, nameInUrl(input.QueueUrl));
  const { name } = queue.topic;
  const given = input.Attributes;
  if (Object.keys(given).length === 0) {
    throw new SqsError(
      'MissingParameter',
      'The request must contain the parameter Attribute.Name.',
    );
  }
  const isFifoQueue = isOrdered(queue.group.config);
  check.checkNames(given, isFifoQueue);
  const checked = check.checkValues(given);
  checkAgainst(queue, checked);
  const policy = checked.get('RedrivePolicy') ?? '';
  if (policy !== '') {
    const source = { name, isFifo: isFifoQueue, deadLetterTopic: queue.deadLetterTopic };
    await checkTarget(admin, source, policy);
  }
  const { dedup = 'none', dedupScope = 'topic', dedupWindowMs = 0 } = queue.topic.config ?? {};
  const windowMs = dedup === 'none' ? 0 : dedupWindowMs;
  const ground = { isNew: false, dedupScope, dedupWindowMs: windowMs };
  const modified = { [annotationOf('LastModifiedTimestamp')]: nowSeconds() };
  const change = joined([check.changeFor(checked, ground), { annotations: modified }]);
  await alterQueue(admin, name, change);
  directory.forget(name);
  return {};
};

function checkAgainst(queue: QueueState, checked: check.CheckedAttributes): void {
  if (checked.has('FifoQueue') && checked.get('FifoQueue') !== 'true') {
    throw new SqsError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
  }
  check.checkThroughput(checked, {
    scope: ATTRIBUTES.DeduplicationScope.show(queue),
    limit: ATTRIBUTES.FifoThroughputLimit.show(queue) ?? '',
  });
}

export const getQueueAttributes: QueueHandler<'GetQueueAttributes'> = async (
  { admin },
  { QueueUrl, AttributeNames = [] },
  call,
) => {
  const name = nameInUrl(QueueUrl);
  const queue = await loadQueue(admin, name);
  const names = wanted(AttributeNames);
  const needsCounts = names.some(isCountName);
  const counts = needsCounts ? await admin.counters(queue.topic.name) : undefined;
  const shown = names.flatMap((one): [string, string][] => {
    const text =
      counts !== undefined && isCountName(one)
        ? countOf(one, counts, queue.topic.topicId)
        : shownOf(queue, one, call);
    return text === undefined ? [] : [[one, text]];
  });
  return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
};

function shownOf(queue: QueueState, name: AttributeName, call: SqsCall): string | undefined {
  const { isFifo: isFifoOnly, show } = attribute(name);
  if (isFifoOnly && !isOrdered(queue.group.config)) return undefined;
  return show(queue, call);
}

/** Throws InvalidAttributeName. */
function wanted(given: readonly string[]): readonly AttributeName[] {
  const names = new Set<AttributeName>();
  for (const name of given.map((one) => one.trim())) {
    if (name === ALL) for (const one of ATTRIBUTE_NAMES) names.add(one);
    else if (isAttributeName(name)) names.add(name);
    else throw check.unknownAttribute(name);
  }
  return [...names];
}
