// What of a queue is to change, by where it lives: settings of the topic, settings of the share group, annotations. It
// carries nothing out.

import type { GroupChange, TopicChange } from './queue-state.ts';

/** Null takes an annotation away. */
export type Annotations = Readonly<Record<string, string | null>>;

export interface QueueChange {
  readonly topic?: Partial<TopicChange>;
  readonly group?: Partial<GroupChange>;
  readonly deadLetterTopic?: string;
  readonly annotations?: Annotations;
}

/** Later ones go before earlier ones, setting by setting. */
export function joined(
  changes: readonly QueueChange[],
): Required<Omit<QueueChange, 'deadLetterTopic'>> & Pick<QueueChange, 'deadLetterTopic'> {
  const named = changes.findLast((change) => change.deadLetterTopic !== undefined);
  return {
    topic: Object.assign({}, ...changes.map(({ topic }) => topic)) as Partial<TopicChange>,
    group: Object.assign({}, ...changes.map(({ group }) => group)) as Partial<GroupChange>,
    annotations: Object.assign({}, ...changes.map((change) => change.annotations)) as Annotations,
    ...(named?.deadLetterTopic === undefined ? {} : { deadLetterTopic: named.deadLetterTopic }),
  };
}
