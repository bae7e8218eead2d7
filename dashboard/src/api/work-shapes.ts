// Shapes of dead letters, tasks, groups and schedules, by the names that the page has for them: what the gateway says they
// are. Types alone.
import type {
  GroupDescription,
  GroupList,
  LetterGroups,
  Letters,
  QueueDescription,
  Redrive,
  Reset,
  ResetReply,
} from '@millrace/gateway/rest-types';

export type {
  GroupDescription,
  LetterGroups,
  Letters,
  LetterTopic,
  Message,
  NewSchedule,
  Purged,
  Redrive,
  Replacement,
  Reset,
  ResetReply,
  Schedule,
  ScheduleSettings,
  Task,
  Ticks,
} from '@millrace/gateway/rest-types';

export type LetterGroup = LetterGroups['groups'][number];
export type Letter = Letters['letters'][number];
/** Where letters come from and why they died. */
export type Origin = Pick<LetterGroup, 'reason' | 'queue' | 'topic' | 'error'>;
export type RedriveFilter = NonNullable<Redrive['filter']>;
export type LetterRange = NonNullable<RedriveFilter['among']>[number];

export type PurgeUndoState = NonNullable<QueueDescription['undo']>;

export type GroupRow = GroupList['groups'][number];
export type ConsumerGroup = Extract<GroupDescription, { readonly kind: 'consumer' }>;
export type ShareGroup = Extract<GroupDescription, { readonly kind: 'share' }>;
export type ShareCounts = ShareGroup['counters'][number];
export type ResetPlace = Reset['to'];
export type ResetRow = ResetReply['partitions'][number];
