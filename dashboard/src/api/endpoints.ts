// The table of the gateway's routes that the page uses: what each answers, and what it takes. A row a route; types alone.

import type { ReplacedMessage } from '@millrace/gateway/rest-types';
import type {
  Found,
  LogPage,
  Offsets,
  Queued,
  QueuedDetails,
} from '../views/messages/message-shapes.ts';
import type {
  BlockedKeys,
  Changed,
  Leases,
  NewMessage,
  NewQueue,
  Queue,
  QueueRow,
  Scheduled,
  Sent,
} from '../views/queues/queue-shapes.ts';
import type {
  NewTopic,
  Topic,
  TopicChange,
  TopicGroups,
  TopicRow,
} from '../views/topics/topic-shapes.ts';
import type {
  AccessAsked,
  AccessTold,
  Brokers,
  Dashboard,
  GroupLag,
  GroupList,
  NewSession,
  SessionInfo,
} from './shapes.ts';
import type * as Work from './work-shapes.ts';

/** What a route answers. */
export interface Replies {
  'GET /brokers': Brokers;
  'GET /dashboard': Dashboard;
  'GET /groups': GroupList;
  'GET /groups/{group}/lag': GroupLag;
  'GET /session': SessionInfo;
  'POST /session': SessionInfo;
  'DELETE /session': undefined;
  'POST /session/access': AccessTold;
  'GET /topics': { readonly topics: readonly TopicRow[]; readonly next: string | null };
  'POST /topics': { readonly name: string; readonly topicId: number };
  'GET /topics/{topic}': Topic;
  'PATCH /topics/{topic}': Topic;
  'DELETE /topics/{topic}': undefined;
  'GET /topics/{topic}/groups': TopicGroups;
  'GET /topics/{topic}/offsets': Offsets;
  'GET /topics/{topic}/records': LogPage;
  'GET /topics/{topic}/search': Found;
  'GET /queues': { readonly queues: readonly QueueRow[]; readonly next: string | null };
  'POST /queues': QueueRow;
  'GET /queues/{queue}': Queue;
  'DELETE /queues/{queue}': undefined;
  'GET /queues/{queue}/leases': Leases;
  'GET /queues/{queue}/scheduled': Scheduled;
  'GET /queues/{queue}/blocked-keys': BlockedKeys;
  'GET /queues/{queue}/messages': {
    readonly messages: readonly Queued[];
    readonly next: string | null;
  };
  'POST /queues/{queue}/messages': Sent;
  'GET /queues/{queue}/messages/{id}': QueuedDetails;
  'POST /queues/{queue}/messages/{id}/retry': undefined;
  'POST /queues/{queue}/messages/{id}/cancel': undefined;
  'POST /queues/{queue}/messages/{id}/dead-letter': undefined;
  'POST /queues/{queue}/messages/retry': Changed;
  'POST /queues/{queue}/messages/cancel': Changed;
  'POST /queues/{queue}/messages/dead-letter': Changed;
  'POST /queues/{queue}/messages/reschedule': Changed;
  'GET /dead-letters': { readonly topics: readonly Work.LetterTopic[] };
  'GET /queues/{queue}/dead-letters': Work.LetterGroups;
  'GET /queues/{queue}/dead-letters/messages': Work.Letters;
  'POST /queues/{queue}/redrive': { readonly taskId: number };
  'POST /queues/{queue}/messages/{id}/replace': ReplacedMessage;
  'POST /queues/{queue}/purge': Work.Purged;
  'POST /queues/{queue}/purge/undo': { readonly messages: number };
  'GET /tasks': { readonly tasks: readonly Work.Task[] };
  'GET /tasks/{taskId}': Work.Task;
  'DELETE /tasks/{taskId}': { readonly moved: number };
  'GET /groups/{group}': Work.GroupDescription;
  'DELETE /groups/{group}': undefined;
  'POST /groups/{group}/reset': Work.ResetReply;
  'GET /schedules': { readonly schedules: readonly Work.Schedule[]; readonly next: string | null };
  'GET /schedules/{schedule}': Work.Schedule;
  'POST /schedules': Work.Ticks;
  'PUT /schedules/{schedule}': Work.Ticks;
  'POST /schedules/{schedule}/pause': undefined;
  'POST /schedules/{schedule}/resume': undefined;
  'DELETE /schedules/{schedule}': undefined;
}

/** What a route takes as its body; one that is not here takes none. */
export interface Bodies {
  'POST /session': NewSession;
  'POST /session/access': AccessAsked;
  'POST /topics': NewTopic;
  'PATCH /topics/{topic}': TopicChange;
  'POST /queues': NewQueue;
  'POST /queues/{queue}/messages': NewMessage;
  'POST /queues/{queue}/messages/retry': { readonly ids: readonly string[] };
  'POST /queues/{queue}/messages/cancel': { readonly ids: readonly string[] };
  'POST /queues/{queue}/messages/dead-letter': { readonly ids: readonly string[] };
  'POST /queues/{queue}/messages/reschedule': {
    readonly ids: readonly string[];
    readonly delayMs: number;
  };
  'POST /queues/{queue}/redrive': Work.Redrive;
  'POST /queues/{queue}/messages/{id}/replace': Work.Replacement;
  'POST /queues/{queue}/purge': { readonly dryRun?: boolean; readonly undoMs?: number };
  'POST /groups/{group}/reset': Work.Reset;
  'POST /schedules': Work.NewSchedule;
  'PUT /schedules/{schedule}': Work.ScheduleSettings;
}

export type Route = keyof Replies;
