// Types of what REST answers, for programs in TypeScript that ask it: derived from the schemas that answers are declared
// by. Types alone: nothing here is left when it is compiled.

import type { Static } from 'typebox';
import type { JobSchema } from './jobs/job-schemas.ts';
import type { QueueDescription as Queue } from './queues/queue-settings.ts';

export type { Brokers } from './brokers/register-brokers.ts';
export type { LogPage } from './consume/read-log.ts';
export type { Counts, Dashboard, QueueCounts, Rates, Totals } from './dashboard/counts.ts';
export type { LetterGroups, Letters, LetterTopic } from './dead-letters/letter-schemas.ts';
export type {
  GroupListShape as GroupList,
  GroupShape as GroupDescription,
  LagShape as GroupLag,
} from './groups/groups.ts';
export type { Moved as ResetReply, Reset } from './groups/reset.ts';
export type { Problem } from './problem/send-problem.ts';
export type { Sent as SentMessage } from './produce/sent.ts';
export type {
  QueuedDetails as QueuedMessageDetails,
  QueuedShape as QueuedMessage,
} from './queues/queue-schemas.ts';
export type { NewQueue, QueueSummary, States as QueueStates } from './queues/queue-settings.ts';
export type { Changed as ChangedMessages } from './queues/register-queue-changes.ts';
export type { BlockedKeys, Leases, Scheduled } from './queues/register-queue-held.ts';
export type { Purged, Redrive, Task } from './queues/register-queue-operations.ts';
export type { Replaced as ReplacedMessage, Replacement } from './queues/register-queue-replace.ts';
export type {
  Described as Schedule,
  NewScheduleShape as NewSchedule,
  Settings as ScheduleSettings,
  Ticks,
} from './schedules/schedule-schemas.ts';
export type { MessageShape as Message, NewMessageShape as NewMessage } from './schemas/message.ts';
export type { Found as SearchReply } from './search/register-search.ts';
export type { AccessAsked, AccessTold } from './session/register-access.ts';
export type { SessionInfo } from './session/session-schemas.ts';
export type { Offsets } from './topics/offsets.ts';
export type { TopicGroupsShape as TopicGroups } from './topics/topic-groups.ts';
export type { NewTopic, TopicChange, TopicDescription, TopicSummary } from './topics/topics.ts';

/** A queue with its exact counts. */
export type QueueDescription = Static<typeof Queue>;
/** A job. */
export type Job = Static<typeof JobSchema>;
