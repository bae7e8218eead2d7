// `dlq list`: topics that take dead letters, whose they are, and how many are still to be decided about.

import type { Admin, ShareGroupDescription } from '@millrace/client';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { formatCount, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { unresolved } from '../queue/queue-figures.ts';
import { topicFigures } from '../topics/topic-figures.ts';

interface DeadLetterTopic {
  readonly topic: string;
  /** Records in the log, resolved ones included. */
  readonly records: number;
  readonly sources: readonly { readonly topic: string; readonly queue: string }[];
  /** Queues that take from it. */
  readonly queues: readonly string[];
  /** Not resolved in any of these queues; null where there is none, and all of them are. */
  readonly unresolved: number | null;
}

export const list = command({
  name: 'list',
  about: 'list topics that take dead letters, with their sources and counts',
  inputs: {},
  examples: [{ line: 'broker-cli dlq list', about: 'as a table' }],
  async run(context) {
    const { admin } = await context.client();
    const topics = await deadLetterTopics(context, admin);
    await context.output.answer({ topics }, async () =>
      table(
        context.output,
        [
          { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
          { head: 'RECORDS', align: 'right', cell: ({ records }) => formatCount(records) },
          {
            head: 'UNRESOLVED',
            align: 'right',
            cell: (each) => formatCount(each.unresolved ?? each.records),
          },
          { head: 'FROM', cell: ({ sources }) => formatText(sourcesText(sources), 60) },
          { head: 'QUEUES', cell: ({ queues }) => formatText(queues.join(', ') || '-', 40) },
        ],
        topics,
        'No dead-letter topics.',
      ),
    );
  },
});

async function deadLetterTopics(
  { signal }: Context,
  admin: Admin,
): Promise<readonly DeadLetterTopic[]> {
  const groups = await admin.listShareGroups({ signal });
  const sources = sourcesOf(groups);
  if (sources.size === 0) return [];
  const described = await admin.describeTopics([...sources.keys()], { signal });
  const counts = new Map<string, number>();
  const found: DeadLetterTopic[] = [];
  for (const topic of described) {
    const readers = groups.filter(({ topics }) => topics.some((each) => each.topic === topic.name));
    for (const { group } of readers) {
      const { partitions } = await admin.counters(group, { signal });
      const own = partitions.filter((partition) => partition.topic === topic.name);
      const left = own.reduce((sum, partition) => sum + unresolved(partition), 0);
      counts.set(topic.name, Math.max(counts.get(topic.name) ?? 0, left));
    }
    found.push({
      topic: topic.name,
      records: topicFigures(topic).records,
      sources: sources.get(topic.name) ?? [],
      queues: readers.map(({ group }) => group),
      unresolved: counts.get(topic.name) ?? null,
    });
  }
  return found;
}

type Sources = DeadLetterTopic['sources'];

function sourcesOf(groups: readonly ShareGroupDescription[]): Map<string, Sources> {
  const found = new Map<string, Sources>();
  for (const { group, topics } of groups) {
    for (const { topic, deadLetterTopic } of topics) {
      if (deadLetterTopic === null) continue;
      found.set(deadLetterTopic, [...(found.get(deadLetterTopic) ?? []), { topic, queue: group }]);
    }
  }
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function sourcesText(sources: Sources): string {
  return sources.map(({ topic, queue }) => `${topic} (queue ${queue})`).join(', ');
}
