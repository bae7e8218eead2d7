// A queue as a document for programs: where it begins is a word or a time, as `--start` takes it.

import type { ShareGroupDescription } from '@millrace/client';

type Source = ShareGroupDescription['topics'][number];
type Start = 'earliest' | 'latest' | number;
type SourceDocument = Omit<Source, 'startAt'> & { readonly startAt: Start };

export type QueueDocument = Omit<ShareGroupDescription, 'group' | 'topics'> & {
  readonly queue: string;
  readonly topics: readonly SourceDocument[];
};

/** 'earliest', 'latest', or ms since 1970. */
export function startOf(startAt: number): Start {
  if (startAt === -2) return 'earliest';
  return startAt === -1 ? 'latest' : startAt;
}

export function sourceDocuments(topics: readonly Source[]): readonly SourceDocument[] {
  return topics.map((source) => ({ ...source, startAt: startOf(source.startAt) }));
}

export function queueDocument({ group, topics, ...rest }: ShareGroupDescription): QueueDocument {
  return { queue: group, ...rest, topics: sourceDocuments(topics) };
}
