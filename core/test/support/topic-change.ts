// Changes of a topic's settings for tests that name a few of them.
import { TOPIC_DEFAULTS, type TopicConfigChange } from '../../src/index.ts';

const NOTHING = Object.fromEntries(Object.keys(TOPIC_DEFAULTS).map((field) => [field, null]));

/** A whole change: what is not named is null. */
export function topicChange(change: Partial<TopicConfigChange>): TopicConfigChange {
  return { ...(NOTHING as TopicConfigChange), ...change };
}
