// Which dead-letter topics a share group would write to, and whether who asks may write there: a group that dead-letters
// copies messages in the name of whoever set it up.

import type { RequestOf } from '@millrace/protocol';
import type { Access } from './access.ts';
import type { Asker } from './asker.ts';

type Change = Pick<RequestOf<'AlterShareGroup'>, 'deadLetterTopic' | 'config'>;

/** The one that a topic has unless another is named. */
function deadLetterName(topic: string): string {
  return `${topic}.dlq`;
}

/** Throws NOT_AUTHORIZED. */
export function checkNewDeadLetters(request: RequestOf<'CreateShareGroup'>, ask: Asker): void {
  const { topics, deadLetterTopic } = request;
  if (deadLetterTopic !== null) mayTake(ask, deadLetterTopic);
  else if (mayDeadLetter(request)) {
    for (const topic of topics) if (!isTaker(ask, topic)) mayTake(ask, deadLetterName(topic));
  }
}

/** Throws NOT_AUTHORIZED. */
export function checkAddedDeadLetters(request: RequestOf<'AlterShareGroup'>, ask: Asker): void {
  const { group, addTopics, deadLetterTopic, config } = request;
  if (deadLetterTopic !== null) {
    mayTake(ask, deadLetterTopic);
    return;
  }
  const begins = config?.onExhausted === 'dlq' || config?.onExpired === 'dlq';
  const known = begins ? withoutTaker(ask, group) : [];
  const added = mayDeadLetter(request) ? (addTopics ?? []) : [];
  for (const topic of [...known, ...added]) mayTake(ask, deadLetterName(topic));
}

/** For groups that are made when somebody receives from them. */
export function mayHaveDefaultDeadLetters(access: Access, topics: readonly string[]): boolean {
  return topics.every((topic) => {
    const name = deadLetterName(topic);
    return access.may('write', 'topic', name) && access.may('create', 'topic', name);
  });
}

/** Unless the settings say in so many words that nothing is dead-lettered. */
function mayDeadLetter({ config }: Change): boolean {
  const { onExhausted, onExpired } = config ?? {};
  return (
    onExpired === 'dlq' ||
    onExhausted === undefined ||
    onExhausted === null ||
    onExhausted === 'dlq'
  );
}

/** Groups on a dead-letter topic dead-letter nothing by themselves. [L-28] */
function isTaker({ state: { catalog } }: Asker, topic: string): boolean {
  const topicId = catalog.topicIds.get(topic);
  return topicId !== undefined && catalog.deadLetterUserOf(topicId) !== undefined;
}

function withoutTaker({ state: { catalog } }: Asker, group: string): string[] {
  const groupId = catalog.groupByName(group)?.groupId ?? 0;
  const attached = [...(catalog.attachments.get(groupId) ?? [])];
  return attached.flatMap(([topicId, { deadLetterTopicId }]) =>
    deadLetterTopicId === null ? (catalog.topics.get(topicId)?.name ?? []) : [],
  );
}

/** Whoever may write to it may know whether it is there. */
function mayTake(ask: Asker, name: string): void {
  ask.topic('write', name, 'deadLetterTopic');
  if (!ask.state.catalog.topicIds.has(name)) ask.topic('create', name, 'deadLetterTopic');
}
