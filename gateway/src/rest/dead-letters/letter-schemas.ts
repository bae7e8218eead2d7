// What routes of dead letters tell. Shapes alone.

import { MESSAGE_STATES } from '@millrace/protocol';
import type { Static } from 'typebox';
import { MessageSchema } from '../schemas/message.ts';
import {
  closed,
  GroupName,
  Offset,
  orNull,
  Partition,
  TopicName,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';

const time = (description: string) =>
  orNull(Type.Integer({ description: `${description}, ms since 1970.` }));
const text = (description: string) => orNull(Type.String({ description }));

const SOURCES = Type.Array(closed({ queue: GroupName, topic: TopicName }), {
  description: 'Which queues send their dead letters there, of which topics.',
});

export const LetterTopicSchema = closed({
  topic: TopicName,
  queue: orNull(
    Type.String({ description: 'In which letters are resolved; null: there is none yet.' }),
  ),
  letters: Type.Integer({ description: 'That nobody has resolved.' }),
  oldestAtMs: time('When the oldest of them came; null where there is none, or no queue'),
  sources: SOURCES,
});

export type LetterTopic = Static<typeof LetterTopicSchema>;

/** Where letters come from and why: what they are grouped by. */
const ORIGIN = {
  reason: text('Reason of death; null: the message does not say, it may be none.'),
  queue: text('In which it died.'),
  topic: text('From which it came.'),
  error: text('Text of the last failure.'),
};

export const LetterGroup = closed(
  {
    ...ORIGIN,
    count: Type.Integer({ description: 'Letters.' }),
    firstMs: time('When the first of them died'),
    lastMs: time('When the last of them died'),
    exampleId: Type.String({ description: 'Id of one of them: the last that was looked at.' }),
    examplePartition: Partition,
    exampleOffset: Offset,
  },
  { title: 'DeadLetterGroup' },
);
export type LetterGroup = Static<typeof LetterGroup>;

export const NextPlace = text('Give it as `from` for the next page; null: no more.');
export const Looked = Type.Integer({ description: 'Messages looked at for this page.' });

export const LetterGroups = closed({
  topic: TopicName,
  queue: LetterTopicSchema.properties.queue,
  groups: Type.Array(LetterGroup, {
    description: 'Of this page alone: those of several pages add up by their origin and error.',
  }),
  looked: Looked,
  total: Type.Integer({ description: 'Letters that nobody has resolved, in all pages.' }),
  next: NextPlace,
});

export type LetterGroups = Static<typeof LetterGroups>;

export const LetterSchema = closed(
  {
    id: Type.String({ description: 'The message id of the letter.' }),
    partition: Partition,
    offset: Offset,
    state: word(MESSAGE_STATES, { description: 'What it is in the queue of the letters.' }),
    ...ORIGIN,
    sourceId: text('The id that the message had before its first move.'),
    deliveries: orNull(Type.Integer({ description: 'How often it was delivered before it died.' })),
    firstFailedAtMs: time('When it failed first'),
    diedAtMs: time('When it failed last'),
    message: MessageSchema,
  },
  { title: 'DeadLetter' },
);

export const Letters = closed({
  topic: TopicName,
  queue: LetterTopicSchema.properties.queue,
  letters: Type.Array(LetterSchema),
  looked: Looked,
  next: NextPlace,
});
export type Letters = Static<typeof Letters>;
