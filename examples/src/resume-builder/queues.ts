// All topics and queues of the résumé builder with their settings: the one place where names are written. It connects to nothing.

import { type Client, type Codec, codecs } from '@millrace/client';
import type {
  EditMessage,
  Failure,
  Pdf,
  PdfRequest,
  Resume,
  ResumeEvent,
  Settings,
} from './messages.ts';

type Admin = Client['admin'];
type TopicConfig = NonNullable<Parameters<Admin['createTopic']>[0]['config']>;
type QueueConfig = NonNullable<Parameters<Admin['createShareGroup']>[0]['config']>;

/** The codec also gives what is sent and read its type. */
export interface Topic<V> {
  readonly name: string;
  readonly partitions: number;
  readonly codec: Codec<V>;
  readonly config: TopicConfig;
}

interface Queue {
  readonly name: string;
  readonly topic: Pick<Topic<never>, 'name'>;
  readonly config: QueueConfig;
}

// #region tables
/** The newest record of each key is kept for good: a table that every process can read whole. */
const TABLE = { cleanupPolicy: 'compact', segmentMs: 3_600_000 } as const;

/** One partition each: a reader that has reached its end has seen everything. */
function table<V>(name: string): Topic<V> {
  return { name, partitions: 1, codec: codecs.json<V>(), config: TABLE };
}
// #endregion

function log<V>(name: string, config: TopicConfig = {}): Topic<V> {
  return { name, partitions: 4, codec: codecs.json<V>(), config };
}

// #region topics
export const TOPICS = {
  /** Key: the user. A browser that sends an edit again within the hour adds nothing. */
  edits: log<EditMessage>('resume-edits', { dedup: 'id', dedupWindowMs: 3_600_000 }),
  /** Key: the user. */
  resumes: table<Resume>('resume-documents'),
  pdfRequests: log<PdfRequest>('resume-pdf-requests'),
  /** Key: user and version. */
  pdfs: table<Pdf>('resume-pdfs'),
  /** Key: the user. What there is to tell; each channel has a queue on it. */
  events: log<ResumeEvent>('resume-events'),
  /** Key: that of the message that died. Undecodable ones come here too, so: bytes. */
  dead: { ...log<Uint8Array>('resume-dead'), codec: codecs.bytes },
  /** Key: the id of the dead letter. */
  failures: table<Failure>('resume-failures'),
  /** Key: 'settings'. */
  settings: table<Settings>('resume-settings'),
} as const;
// #endregion

// #region queues
/**
 * A queue is a share group on a topic. `visibilityTimeoutMs`: how long a message is away after a crash of its worker; workers that
 * live extend it. What fails `maxDeliveries` times goes to the topic `resume-dead`.
 */
export const QUEUES = {
  /** FIFO by user: the next edit of a user is given out when the one before is done; others do not wait. */
  edits: {
    name: 'resume-edits',
    topic: TOPICS.edits,
    config: { ordering: 'key', visibilityTimeoutMs: 5_000, maxDeliveries: 5, backoffBaseMs: 200 },
  },
  pdfs: {
    name: 'resume-pdfs',
    topic: TOPICS.pdfRequests,
    config: { visibilityTimeoutMs: 10_000, maxDeliveries: 3, backoffBaseMs: 300 },
  },
  /** Two queues on one topic: each event comes to both. Services fail for longer: more tries, longer pauses. */
  mail: {
    name: 'resume-mail',
    topic: TOPICS.events,
    config: { visibilityTimeoutMs: 10_000, maxDeliveries: 8, backoffBaseMs: 500 },
  },
  chat: {
    name: 'resume-chat',
    topic: TOPICS.events,
    config: { visibilityTimeoutMs: 10_000, maxDeliveries: 8, backoffBaseMs: 500 },
  },
} as const satisfies Readonly<Record<string, Queue>>;

/** The dead letters as a queue. Nobody works it off: they wait until a person redrives or drops them. */
export const DEAD_QUEUE = { name: 'resume-dead', topic: TOPICS.dead } as const;
// #endregion

/** A message as producers and handlers send it; without a value it takes the key out of a table. */
export function to<V>({ name }: Topic<V>, key: string, value: V | null) {
  return { topic: name, key, value };
}
