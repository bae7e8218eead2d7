// `queue alter`.

import { argument, command, option, repeated } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { formatText } from '../../output/format.ts';
import { QUEUE_SETTINGS, queueConfig, START } from './queue-settings.ts';

export const alter = command({
  name: 'alter',
  about: 'change settings of a queue, or add topics',
  details: 'Settings that are not named keep their value.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    topics: repeated('--add-topic <topic>', 'one more topic to take messages from (repeatable)'),
    start: START,
    deadLetters: option('--dead-letters <topic>', 'topic that takes dead messages from now on'),
    ...QUEUE_SETTINGS,
  },
  examples: [
    { line: 'broker-cli queue alter jobs --visibility 5m', about: 'longer leases' },
    { line: 'broker-cli queue alter jobs --add-topic urgent', about: 'one more topic' },
  ],
  async run(context, values) {
    const { queue, topics, start, deadLetters } = values;
    const config = queueConfig(values);
    if (config === undefined && topics.length === 0 && deadLetters === undefined) {
      throw usage('nothing to change: name a setting, such as --visibility 5m');
    }
    const { admin } = await context.client();
    await admin.alterShareGroup(
      {
        group: queue,
        ...(topics.length === 0 ? {} : { addTopics: topics, startAt: start }),
        ...(deadLetters === undefined ? {} : { deadLetterTopic: deadLetters }),
        config,
      },
      { signal: context.signal },
    );
    await context.output.done({ queue, altered: true }, `Altered queue ${formatText(queue)}.`);
  },
});
