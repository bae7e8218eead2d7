// GET /topics/:topic/search: looks through the log for messages, backwards or forwards, a bounded piece a request.

import type { Client } from '@millrace/client';
import { LIMITS, MillraceError } from '@millrace/protocol';
import type { Static } from 'typebox';
import type { App, Services } from '../../services.ts';
import { problems } from '../openapi/responses.ts';
import { MessageSchema } from '../schemas/message.ts';
import {
  closed,
  orNull,
  Partition,
  TimestampMs,
  TopicName,
  TopicParams,
  word,
} from '../schemas/shapes.ts';
import { Type } from '../schemas/type.ts';
import { matcherOf } from './match-record.ts';
import type { Order, ScanPlace } from './partition-scan.ts';
import { placesOf, placesText, SEARCH_PARTITIONS_MAX, SearchFrom } from './search-places.ts';
import { searchTopic } from './search-topic.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;
const TEXT_MAX = 1_024;
const FIELD_MAX = 256;

const condition = (description: string, maxLength = TEXT_MAX) =>
  Type.Optional(Type.String({ description, maxLength }));

const SearchQuery = closed({
  order: Type.Optional(
    word(['newest', 'oldest'], {
      description: 'Backwards from the end (the default), or forwards from the beginning.',
    }),
  ),
  partition: Type.Optional(Partition),
  timestampMs: Type.Optional(
    Type.Integer({
      ...TimestampMs,
      description: 'Begin at this time of appending, ms since 1970.',
    }),
  ),
  from: Type.Optional(SearchFrom),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIMIT_MAX,
      description: `At most so many; default ${LIMIT_DEFAULT}.`,
    }),
  ),
  key: condition('The key is this text.'),
  header: condition('There is a header of this name.', LIMITS.headerNameBytesMax),
  headerValue: condition('That header has this text.'),
  text: condition('The value has this text in it.'),
  field: condition('The value is JSON that has this member; dots go deeper.', FIELD_MAX),
  value: condition('That member is this, as JSON; what is no JSON is text.'),
});
type SearchQuery = Static<typeof SearchQuery>;

export const Found = closed({
  topic: TopicName,
  partitions: Type.Array(
    closed({
      partition: Partition,
      startOffset: Type.Integer({ description: 'The first offset that the partition holds.' }),
      endOffset: Type.Integer({ description: 'After the last record.' }),
    }),
    { description: 'Those that are searched.' },
  ),
  matches: Type.Array(MessageSchema, { description: 'In the order of their times.' }),
  looked: Type.Integer({ minimum: 0, description: 'Records looked at for this answer.' }),
  next: orNull(
    Type.String({
      description:
        'Give it as `from`, with the same conditions, to search on; null: there is no more. An answer may have no match and go on.',
    }),
  ),
});
export type Found = Static<typeof Found>;

export function registerSearch(app: App, { sessionOf }: Services): void {
  app.get(
    '/topics/:topic/search',
    {
      schema: {
        operationId: 'searchTopic',
        summary: 'Search the log, backwards or forwards, by key, header, text or JSON member',
        description:
          'Without conditions it is a page of the log. One answer looks at 10,000 records at most; `next` says where to go on. It leases nothing.',
        tags: ['consume'],
        params: TopicParams,
        querystring: SearchQuery,
        response: {
          200: Found,
          ...problems('INVALID_REQUEST', 'UNKNOWN_TOPIC', 'UNKNOWN_PARTITION'),
        },
      },
    },
    async ({ raw, params: { topic }, query }): Promise<Found> => {
      const { client } = sessionOf(raw);
      const { order = 'newest', limit = LIMIT_DEFAULT } = query;
      const match = matcherOf(query);
      const { topicId, partitions } = await client.admin.describeTopic(topic);
      const places = placesIn(topic, partitions, query.partition);
      const positions = await beginnings(client, places, order, query);
      const search = { topic, topicId, order, limit, match };
      const { next, ...found } = await searchTopic(client, search, places, positions);
      const told = places.map(({ partition, startOffset, endOffset }) => {
        return { partition, startOffset, endOffset };
      });
      return { topic, partitions: told, ...found, next: next && placesText(order, next) };
    },
  );
}

/** Throws UNKNOWN_PARTITION, INVALID_REQUEST. */
function placesIn(
  topic: string,
  partitions: readonly Omit<ScanPlace, 'topic'>[],
  only: number | undefined,
): ScanPlace[] {
  const chosen = partitions.filter(({ partition }) => only === undefined || partition === only);
  if (chosen.length === 0) {
    const text = `Topic '${topic}' has no partition ${only}, it has ${partitions.length}.`;
    throw new MillraceError('UNKNOWN_PARTITION', text, { field: 'partition' });
  }
  if (chosen.length > SEARCH_PARTITIONS_MAX) {
    const limit = `${SEARCH_PARTITIONS_MAX} partitions at a time`;
    const text = `Topic '${topic}' has ${chosen.length} partitions: name one of them.`;
    throw new MillraceError('INVALID_REQUEST', text, { field: 'partition', limit });
  }
  return chosen.map(({ partition, startOffset, endOffset }) => {
    return { topic, partition, startOffset, endOffset };
  });
}

/** Where to begin in each place. Throws INVALID_REQUEST, and what ListOffsets throws. */
async function beginnings(
  client: Client,
  places: readonly ScanPlace[],
  order: Order,
  { from, timestampMs }: SearchQuery,
): Promise<number[]> {
  if (from !== undefined && timestampMs !== undefined) {
    const text = 'Give one of from and timestampMs.';
    throw new MillraceError('INVALID_REQUEST', text, { field: 'from' });
  }
  if (from !== undefined) return placesOf(from, order, places.length);
  if (timestampMs !== undefined) {
    const asked = places.map(({ topic, partition }) => ({ topic, partition, at: { timestampMs } }));
    return (await client.admin.listOffsets(asked)).map((answer) => answer.offset);
  }
  return places.map((place) => (order === 'newest' ? place.endOffset : place.startOffset));
}
