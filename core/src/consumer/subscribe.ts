// What a member may subscribe to [C-4]: names that are good, of topics that exist or may exist one day, a pattern that is
// one, and no more topics in the group than its limit. And which topics a group's subscriptions come to.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import type { Catalog } from '../catalog/catalog.ts';
import { checkName } from '../catalog/check-name.ts';
import { type Refused, refuse } from '../decision.ts';
import type { SubscribedTopic } from '../rows.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import type { Subscription } from './subscriptions.ts';
import { checkPattern, type TopicPatterns } from './topic-patterns.ts';

/** Who names topics or a pattern says all of its subscription; who names neither leaves it as it is. */
export function subscriptionOf(
  { topics, topicPattern }: RequestOf<'GroupHeartbeat'>,
  group: ConsumerGroup,
): Subscription | undefined {
  if (topics === null && topicPattern === null) return undefined;
  return group.subscriptions.find([...new Set(topics)].toSorted(), topicPattern);
}

/** `others` are those of the group's other members: what one of them has, anybody may have. */
export function checkSubscription(
  catalog: Catalog,
  patterns: TopicPatterns,
  wanted: Subscription,
  others: Iterable<Subscription>,
): Refused | undefined {
  const all = new Set(others);
  if (all.has(wanted)) return undefined;
  for (const [index, name] of wanted.topics.entries()) {
    const refusal = checkName(name, `topics[${index}]`);
    if (refusal !== undefined) return refusal;
  }
  const refusal = wanted.pattern === null ? undefined : checkPattern(wanted.pattern);
  if (refusal !== undefined) return refusal;
  const names = new Set<string>();
  for (const { topics, pattern } of all.add(wanted)) {
    for (const name of topics) names.add(name);
    if (pattern === null) continue;
    for (const { name } of patterns.matching(catalog, pattern)) names.add(name);
  }
  if (names.size <= LIMITS.topicsPerGroupMax) return undefined;
  const field = wanted.pattern === null ? 'topics' : 'topicPattern';
  const limit = `${LIMITS.topicsPerGroupMax} topics a group`;
  return refuse('LIMIT_EXCEEDED', `A group takes at most ${limit}.`, { field, limit });
}

/**
 * The topics as the catalog has them now, by name. Where patterns have come to match more than the limit, those that
 * were created last are left out.
 */
export function resolveTopics(
  catalog: Catalog,
  patterns: TopicPatterns,
  subscriptions: ReadonlySet<Subscription>,
): readonly SubscribedTopic[] {
  const found = new Map<number, SubscribedTopic>();
  const matched = new Map<number, SubscribedTopic>();
  for (const { topics, pattern } of subscriptions) {
    for (const name of topics) {
      const topic = catalog.topicByName(name);
      if (topic !== undefined) found.set(topic.topicId, [name, topic.topicId, topic.partitions]);
    }
    if (pattern === null) continue;
    for (const { topicId, name, partitions } of patterns.matching(catalog, pattern)) {
      matched.set(topicId, [name, topicId, partitions]);
    }
  }
  for (const [topicId, topic] of [...matched].toSorted(([a], [b]) => a - b)) {
    if (found.size >= LIMITS.topicsPerGroupMax) break;
    found.set(topicId, topic);
  }
  return [...found.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The names that a subscription comes to. Without a pattern it is the very array of the subscription. */
export function namesOf(
  catalog: Catalog,
  patterns: TopicPatterns,
  { topics, pattern }: Subscription,
): readonly string[] {
  if (pattern === null) return topics;
  return [...topics, ...patterns.matching(catalog, pattern).map(({ name }) => name)];
}
