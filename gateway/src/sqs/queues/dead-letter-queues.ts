// Which queues send their dead messages where: checks of a policy's target, and the queues that name one.

import type { ShareGroupDescription } from '@millrace/client';
import { isOrdered } from './native-settings.ts';
import { type Admin, findParts, isQueueGroup, queueOf } from './queue-state.ts';
import { invalidRedrive, readRedrivePolicy } from './redrive-policy.ts';

export interface Source {
  readonly name: string;
  readonly isFifo: boolean;
  /** Where its dead messages go now. */
  readonly deadLetterTopic: string | null;
}

/** Throws InvalidParameterValue where the target of the policy does not take dead messages of the queue. */
export async function checkTarget(admin: Admin, source: Source, policy: string): Promise<void> {
  const target = readRedrivePolicy(policy)?.target ?? '';
  const queue = queueOf(await findParts(admin, target));
  if (queue === undefined) throw invalidRedrive(policy, 'Dead letter target does not exist.');
  if (isOrdered(queue.group.config) !== source.isFifo) {
    throw invalidRedrive(policy, 'Dead-letter queue must be same type of queue as the source..');
  }
  const { deadLettersFrom, deadLetterSources } = queue.topic.config ?? {};
  const isListed = deadLettersFrom === 'listed' && deadLetterSources?.includes(source.name);
  if (deadLettersFrom === 'all' || isListed || source.deadLetterTopic === target) return;
  throw invalidRedrive(policy, 'Dead letter target does not allow this queue as its source.');
}

/** Share groups that send dead messages of a topic to this one. */
export async function groupsWithTarget(
  admin: Admin,
  target: string,
): Promise<ShareGroupDescription[]> {
  const groups = await admin.listShareGroups();
  return groups.filter(({ topics }) =>
    topics.some(({ deadLetterTopic }) => deadLetterTopic === target),
  );
}

/** Names of queues whose messages go there after so many receives. */
export async function sourcesOf(admin: Admin, target: string): Promise<string[]> {
  const groups = await groupsWithTarget(admin, target);
  return groups.filter((group) => isSource(group, target)).map(({ group }) => group);
}

function isSource(description: ShareGroupDescription, target: string): boolean {
  const { group, topics, config } = description;
  if (!isQueueGroup(description) || config.onExhausted !== 'dlq') return false;
  const own = topics.find(({ topic }) => topic === group);
  return own?.deadLetterTopic === target && config.maxDeliveries > 0;
}
