// All topics with their sizes and how fast they grow. Keeps the sample before, to compare with.
import { useRef } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { type Loaded, useLoad } from '../../api/load.ts';
import { growthOf, type Sample } from './growth.ts';
import type { TopicRow } from './topic-shapes.ts';

export interface ListedTopic extends TopicRow {
  /** Records a second since the look before; null at first. */
  readonly appendedRate: number | null;
}

const PAGE_MAX = 1_000;
const EVERY_MS = 3_000;

export async function allTopics(
  signal: AbortSignal,
  query: { readonly size?: boolean } = {},
): Promise<readonly TopicRow[]> {
  const all: TopicRow[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page: { topics: readonly TopicRow[]; next: string | null } = await call('GET /topics', {
      query: { ...query, limit: PAGE_MAX, after },
      signal,
    });
    all.push(...page.topics);
    after = page.next;
  }
  return all;
}

export function useTopics(): Loaded<readonly ListedTopic[]> {
  const before = useRef<Sample | undefined>(undefined);
  return useLoad(
    async (signal) => {
      const topics = await allTopics(signal, { size: true });
      const ends = new Map(topics.map(({ name, size }) => [name, size?.endOffsets ?? 0]));
      const sample = { atMs: performance.now(), ends };
      const listed = topics.map((topic) => {
        return { ...topic, appendedRate: growthOf(topic.name, before.current, sample) };
      });
      before.current = sample;
      return listed;
    },
    [],
    { everyMs: EVERY_MS },
  );
}
