// Shapes of queues, by the names that the page has for them: what the gateway says they are. Types alone.
import type { BlockedKeys, Leases, QueueStates } from '@millrace/gateway/rest-types';

export type {
  BlockedKeys,
  ChangedMessages as Changed,
  Leases,
  NewMessage,
  NewQueue,
  QueueDescription as Queue,
  QueueSummary as QueueRow,
  Scheduled,
  SentMessage as Sent,
} from '@millrace/gateway/rest-types';

export type StateName = keyof QueueStates;
/** Neighbours of which the same is true. */
export type Held = Leases['leases'][number];
export type BlockedKey = BlockedKeys['keys'][number];
