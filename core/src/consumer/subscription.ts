// What a member may subscribe to [C-4]: names that are good, of topics that exist or may exist one day, and no more of
// them in the group than its limit.

import { LIMITS } from '@millrace/protocol';
import { checkName } from '../catalog/check-name.ts';
import { type Refused, refuse } from '../decision.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import type { Subscriber } from './subscriber.ts';

/** The names in order, each once. */
export function subscriptionOf(topics: readonly string[]): readonly string[] {
  return [...new Set(topics)].toSorted();
}

export function othersThan(group: ConsumerGroup, memberId: string): readonly Subscriber[] {
  return [...group.members.values()].filter((member) => member.memberId !== memberId);
}

/** `others` are the group's other members. */
export function checkSubscription(
  topics: readonly string[],
  others: readonly Subscriber[],
): Refused | undefined {
  for (const [index, name] of topics.entries()) {
    const refusal = checkName(name, `topics[${index}]`);
    if (refusal !== undefined) return refusal;
  }
  const names = new Set(topics);
  for (const other of others) for (const name of other.topics) names.add(name);
  if (names.size <= LIMITS.topicsPerGroupMax) return undefined;
  const limit = `${LIMITS.topicsPerGroupMax} topics a group`;
  return refuse('LIMIT_EXCEEDED', `A group takes at most ${limit}.`, { field: 'topics', limit });
}
