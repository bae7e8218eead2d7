// Shapes that several routes share: names, problems, pages. One schema a shape; types derive from them.

import { LIMITS } from '@millrace/protocol';
import type { TProperties, TSchema } from 'typebox';
import { PROBLEM_CODES } from '../problem/problems.ts';
import { Type } from './type.ts';

/** An object that has these members and no others. */
export function closed<const P extends TProperties>(properties: P, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A value, or null. */
export function orNull<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** One of these words. */
export function word<const V extends readonly string[]>(values: V, options: object = {}) {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...options });
}

export const TopicName = Type.String({
  description: 'Name of a topic.',
  maxLength: LIMITS.topicNameBytesMax,
  examples: ['user-events'],
});
export const GroupName = Type.String({
  description: 'Name of a group.',
  maxLength: LIMITS.groupNameBytesMax,
  examples: ['mailers'],
});
export const Partition = Type.Integer({
  description: 'Number of a partition.',
  minimum: 0,
  maximum: LIMITS.partitionsPerTopicMax - 1,
});
export const Offset = Type.Integer({
  description: 'Offset in its partition.',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});
export const TimestampMs = Type.Integer({
  description: 'ms since 1970.',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});

export const TopicParams = closed({ topic: TopicName });
export const GroupParams = closed({ group: GroupName });

const PAGE_MAX = 1_000;

/** Lists come by name, in pages. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({
      description: 'At most so many; default 100.',
      minimum: 1,
      maximum: PAGE_MAX,
      examples: [100],
    }),
  ),
  after: Type.Optional(
    Type.String({
      description: 'Begin after this name: `next` of the page before.',
      maxLength: 255,
    }),
  ),
};
export const Next = orNull(
  Type.String({ description: 'Give it as `after` for the next page; null: this is the last.' }),
);

const PAGE_DEFAULT = 100;

/** A page of what is sorted by name. */
export function pageOf<T extends { readonly name: string }>(
  all: readonly T[],
  { limit = PAGE_DEFAULT, after }: { limit?: number; after?: string },
): { readonly page: T[]; readonly next: string | null } {
  const rest = after === undefined ? all : all.filter(({ name }) => name > after);
  const page = rest.slice(0, limit);
  return { page, next: rest.length > page.length ? (page.at(-1)?.name ?? null) : null };
}

const PROBLEM_DETAIL = {
  code: Type.Unsafe<string>({
    type: 'string',
    enum: [...PROBLEM_CODES],
    description: 'Which problem: see GET /problems.',
  }),
  detail: Type.String({ description: 'What is wrong with this request.' }),
  field: Type.Optional(Type.String({ description: 'The field at fault, as a path.' })),
  limit: Type.Optional(Type.String({ description: 'The limit that was met.' })),
  retryAfterMs: Type.Optional(
    Type.Integer({ description: 'Wait this long before trying again; also as Retry-After.' }),
  ),
  endOffset: Type.Optional(
    Type.Integer({ description: 'OFFSET_MISMATCH: where the partition ends.' }),
  ),
};

export const ProblemSchema = closed(
  {
    type: Type.String({ description: 'Path of a page about this kind of problem.' }),
    title: Type.String({ description: 'What this kind of problem is.' }),
    status: Type.Integer({ description: 'The status of the answer.' }),
    ...PROBLEM_DETAIL,
    requestId: Type.String({ description: 'Names the request in the log of the gateway.' }),
  },
  { $id: 'Problem', description: 'Problem details, RFC 9457.' },
);

/** Why one item of a request failed. */
export const ItemError = closed(PROBLEM_DETAIL, { description: 'Why the item failed.' });
