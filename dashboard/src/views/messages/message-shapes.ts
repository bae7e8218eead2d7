// Shapes of messages, by the names that the page has for them: what the gateway says they are. Types alone.
import type { SearchReply } from '@millrace/gateway/rest-types';

export type {
  LogPage,
  Message,
  Offsets,
  QueuedMessage as Queued,
  QueuedMessageDetails as QueuedDetails,
} from '@millrace/gateway/rest-types';

export type Found = Pick<SearchReply, 'matches' | 'looked' | 'next'>;
