// `queue create`: the share group, and its topic where none is named.

import type { Client } from '@millrace/client';
import { argument, command, flag, optionWith, repeated } from '../../command.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { count } from '../../input/count.ts';
import { formatText } from '../../output/format.ts';
import { sourceDocuments } from './queue-document.ts';
import { DEAD_LETTERS, QUEUE_SETTINGS, queueConfig, START } from './queue-settings.ts';

export const create = command({
  name: 'create',
  about: 'create a queue, and its topic where none is named',
  details:
    'A queue is a share group: a view of one topic or more whose messages are leased one by one.\n' +
    'Without --topic it reads the topic of its own name, which is created where it is missing.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    topics: repeated('-t, --topic <topic>', 'a topic it takes messages from (repeatable)'),
    partitions: optionWith(
      '-p, --partitions <count>',
      'partitions of the topic, if it is created',
      count(1),
      1,
    ),
    start: START,
    deadLetters: DEAD_LETTERS,
    ...QUEUE_SETTINGS,
    ifNotExists: flag('--if-not-exists', 'succeed where the queue exists; it is left as it is'),
  },
  examples: [
    {
      line: 'broker-cli queue create jobs',
      about: 'topic jobs, queue jobs, dead letters jobs.dlq',
    },
    {
      line: 'broker-cli queue create mail --topic orders --visibility 2m --max-deliveries 3',
      about: 'a queue over a topic that is there',
    },
    {
      line: 'broker-cli queue create payments --ordering key --on-exhausted block',
      about: 'each key in order; one that fails stops its key, no other',
    },
  ],
  async run(context, values) {
    const { queue, start, deadLetters } = values;
    const options = { signal: context.signal };
    const client = await context.client();
    const isOwn = values.topics.length === 0;
    const topics = isOwn ? [queue] : [...new Set(values.topics)];
    const isTopicNew =
      isOwn && (await createTopic(client, queue, values.partitions, context.signal));
    try {
      await client.admin.createShareGroup(
        {
          group: queue,
          topics,
          startAt: start,
          ...(deadLetters === undefined ? {} : { deadLetterTopic: deadLetters }),
          config: queueConfig(values),
        },
        options,
      );
    } catch (error) {
      // The topic was made for this queue alone a moment ago: nothing is in it.
      if (isTopicNew) await client.admin.deleteTopic(queue, options);
      if (!values.ifNotExists || errorCodeOf(error) !== 'GROUP_EXISTS') throw error;
      await context.output.done({ queue, created: false }, `Queue ${formatText(queue)} exists.`);
      return;
    }
    const made = await client.admin.describeShareGroup(queue, options);
    await context.output.done(
      { queue, created: true, topicCreated: isTopicNew, topics: sourceDocuments(made.topics) },
      `Created queue ${formatText(queue)}${sourcesText(made.topics)}.`,
    );
  },
});

/** True where it was created, false where it was there. */
async function createTopic(
  client: Client,
  name: string,
  partitions: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.admin.createTopic({ name, partitions }, { signal });
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'TOPIC_EXISTS') return false;
    throw error;
  }
}

function sourcesText(
  topics: readonly { readonly topic: string; readonly deadLetterTopic: string | null }[],
): string {
  const sources = topics.map(({ topic }) => formatText(topic)).join(', ');
  const dead = new Set(topics.map(({ deadLetterTopic }) => deadLetterTopic ?? '(dropped)'));
  return ` over ${sources}; dead letters go to ${[...dead].map((each) => formatText(each)).join(', ')}`;
}
