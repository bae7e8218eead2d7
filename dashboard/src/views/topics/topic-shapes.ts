// Shapes of topics, by the names that the page has for them: what the gateway says they are. Types alone.
import type { TopicDescription } from '@millrace/gateway/rest-types';

export type {
  NewTopic,
  TopicChange,
  TopicDescription as Topic,
  TopicGroups,
  TopicSummary as TopicRow,
} from '@millrace/gateway/rest-types';

export type PartitionRow = TopicDescription['partitions'][number];
