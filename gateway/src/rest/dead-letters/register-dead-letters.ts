// Routes of those who look at dead letters: where they are, why they died, and each of them. Nothing of it leases anything.

import { LIMITS } from '@millrace/protocol';
import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { PageFrom, placeOf, placeText } from '../queues/page-places.ts';
import type { PlacesOf } from '../queues/queue-places.ts';
import { QueueParams, TopicQuery } from '../queues/queue-schemas.ts';
import { messageShape } from '../schemas/message.ts';
import { closed } from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { countLetters, letterPlaceOf, letterTopics } from './letter-places.ts';
import { type LetterGroup, LetterGroups, Letters, LetterTopicSchema } from './letter-schemas.ts';
import { type Letter, LOOKED_MAX, scanLetters } from './scan-letters.ts';

const LIMIT_DEFAULT = 100;

const PATH = 'The path names the queue of the letters, or the dead-letter topic.';
const PROBLEMS = problems(
  'INVALID_REQUEST',
  'GROUP_KIND_MISMATCH',
  'TOPIC_NOT_IN_GROUP',
  'UNKNOWN_TOPIC',
);

const Wanted = closed({
  ...TopicQuery.properties,
  reason: Type.Optional(Type.String({ description: 'Only those that died of this.' })),
  failedGroup: Type.Optional(Type.String({ description: 'Only those that died in this queue.' })),
  sourceTopic: Type.Optional(Type.String({ description: 'Only those from this topic.' })),
  error: Type.Optional(
    Type.String({
      description: "Only those with this text of the last failure, exactly; '': without one.",
      maxLength: LIMITS.errorTextBytesMax,
    }),
  ),
  from: Type.Optional(PageFrom),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIMITS.listRangesMax,
      description: `At most so many; default ${LIMIT_DEFAULT}. A page may have fewer: look at \`next\`.`,
    }),
  ),
});

export function registerDeadLetters(app: App, services: Services, placesOf: PlacesOf): void {
  registerTopics(app, services);
  registerGroups(app, services, placesOf);
  registerList(app, services, placesOf);
}

function registerTopics(app: App, { sessionOf }: Services): void {
  app.get(
    '/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetterTopics',
        summary: 'Every topic that takes dead letters, with how many wait there',
        tags: ['queues'],
        response: { 200: closed({ topics: Type.Array(LetterTopicSchema) }), ...problems() },
      },
    },
    async ({ raw }) => ({ topics: await letterTopics(sessionOf(raw).client) }),
  );
}

function registerGroups(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/dead-letters',
    {
      schema: {
        operationId: 'groupDeadLetters',
        summary: 'Dead letters by why and where they died',
        description: `Counts those that nobody has resolved. A page looks at up to ${LOOKED_MAX} messages. ${PATH}`,
        tags: ['queues'],
        params: QueueParams,
        querystring: closed({ ...TopicQuery.properties, from: Type.Optional(PageFrom) }),
        response: { 200: LetterGroups, ...PROBLEMS },
      },
    },
    async ({ raw, params: { queue: name }, query }) => {
      const session = sessionOf(raw);
      const place = await letterPlaceOf(placesOf(session), name, query.topic);
      const { letters: total } = await countLetters(session.client, place);
      const groups = new Map<string, LetterGroup>();
      const from = placeOf(query.from);
      const { looked, next } = await scanLetters(session.client, place, from, (letter) => {
        const key = JSON.stringify([letter.reason, letter.queue, letter.topic, letter.error]);
        groups.set(key, withLetter(groups.get(key), letter));
        return undefined;
      });
      const at = next === null ? null : placeText(next);
      return { ...place, groups: [...groups.values()], looked, total, next: at };
    },
  );
}

function withLetter(group: LetterGroup | undefined, letter: Letter): LetterGroup {
  const { reason, queue, topic, error, diedAtMs } = letter;
  return {
    reason,
    queue,
    topic,
    error,
    count: (group?.count ?? 0) + 1,
    firstMs: least(group?.firstMs, diedAtMs),
    lastMs: most(group?.lastMs, diedAtMs),
    exampleId: letter.id,
    examplePartition: letter.partition,
    exampleOffset: letter.offset,
  };
}

function least(known: number | null | undefined, time: number | null): number | null {
  return known === null || known === undefined ? time : Math.min(known, time ?? known);
}

function most(known: number | null | undefined, time: number | null): number | null {
  return known === null || known === undefined ? time : Math.max(known, time ?? known);
}

function registerList(app: App, { sessionOf }: Services, placesOf: PlacesOf): void {
  app.get(
    '/queues/:queue/dead-letters/messages',
    {
      schema: {
        operationId: 'listDeadLetters',
        summary: 'Dead letters one by one, all or of one origin',
        description: `Those that nobody has resolved. ${PATH}`,
        tags: ['queues'],
        params: QueueParams,
        querystring: Wanted,
        response: { 200: Letters, ...PROBLEMS },
      },
    },
    async ({ raw, params: { queue: name }, query }) => {
      const session = sessionOf(raw);
      const place = await letterPlaceOf(placesOf(session), name, query.topic);
      const limit = query.limit ?? LIMIT_DEFAULT;
      const found: Letter[] = [];
      const from = placeOf(query.from);
      const { looked, next } = await scanLetters(session.client, place, from, (letter) => {
        if (isWanted(letter, query)) found.push(letter);
        return found.length >= limit ? 'full' : undefined;
      });
      const letters = found.map((letter) => letterShape(letter, place.topic));
      return { ...place, letters, looked, next: next === null ? null : placeText(next) };
    },
  );
}

interface Origin {
  readonly reason?: string;
  readonly failedGroup?: string;
  readonly sourceTopic?: string;
  readonly error?: string;
}

function isWanted(letter: Letter, { reason, failedGroup, sourceTopic, error }: Origin): boolean {
  if (reason !== undefined && letter.reason !== reason) return false;
  if (failedGroup !== undefined && letter.queue !== failedGroup) return false;
  if (sourceTopic !== undefined && letter.topic !== sourceTopic) return false;
  return error === undefined || (letter.error ?? '') === error;
}

function letterShape({ record, ...letter }: Letter, topic: string) {
  const { id, partition, offset } = letter;
  const { timestampMs, key: keyBytes, value: valueBytes, headers } = record;
  const read = { id, topic, partition, offset, timestampMs, keyBytes, valueBytes, headers };
  return { ...letter, message: messageShape(read) };
}
