// `topics alter`.

import { argument, command, option } from '../../command.ts';
import { usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { formatText } from '../../output/format.ts';
import { ANNOTATIONS, mergeAnnotations, TOPIC_SETTINGS, topicConfig } from './topic-settings.ts';

export const alter = command({
  name: 'alter',
  about: 'change settings of a topic, or add partitions',
  details:
    'Settings that are not named keep their value. An annotation with an empty value is removed.\n' +
    'Adding partitions changes which partition a key goes to: order by key holds only within what was there before or after.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    partitions: option(
      '-p, --partitions <count>',
      'new number of partitions; it only grows',
      count(1),
    ),
    ...TOPIC_SETTINGS,
    annotations: ANNOTATIONS,
  },
  examples: [
    { line: 'broker-cli topics alter flights --retention 30d', about: 'keep records for 30 days' },
    { line: 'broker-cli topics alter flights --partitions 8', about: 'grow to 8 partitions' },
  ],
  async run(context, values) {
    const { topic, partitions, annotations: given } = values;
    const config = topicConfig(values);
    if (partitions === undefined && config === undefined && given.length === 0) {
      throw usage('nothing to change: name a setting, such as --retention 7d');
    }
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const annotations =
      given.length === 0
        ? undefined
        : mergeAnnotations((await admin.describeTopic(topic, options)).annotations, given);
    await admin.alterTopic({ name: topic, partitions, config, annotations }, options);
    await context.output.done(
      { name: topic, altered: true },
      `Altered topic ${formatText(topic)}.`,
    );
  },
});
