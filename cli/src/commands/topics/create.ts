// `topics create`.

import { argument, command, flag, optionWith } from '../../command.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { count } from '../../input/count.ts';
import { formatCountOf, formatText } from '../../output/format.ts';
import { ANNOTATIONS, mergeAnnotations, TOPIC_SETTINGS, topicConfig } from './topic-settings.ts';

export const create = command({
  name: 'create',
  about: 'create a topic',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    partitions: optionWith('-p, --partitions <count>', 'number of partitions', count(1), 1),
    ...TOPIC_SETTINGS,
    annotations: ANNOTATIONS,
    ifNotExists: flag('--if-not-exists', 'succeed where the topic exists; it is left as it is'),
    dryRun: flag('--dry-run', 'check everything and create nothing'),
  },
  examples: [
    { line: 'broker-cli topics create flights --partitions 4', about: 'four partitions' },
    {
      line: 'broker-cli topics create audit --retention forever --message-size 64KiB',
      about: 'kept for ever, small records only',
    },
  ],
  async run(context, values) {
    const { topic, partitions, dryRun } = values;
    const config = topicConfig(values);
    const annotations = mergeAnnotations({}, values.annotations);
    const { admin } = await context.client();
    const name = formatText(topic);
    try {
      const { topicId } = await admin.createTopic(
        { name: topic, partitions, config, annotations, validateOnly: dryRun },
        { signal: context.signal },
      );
      const document = {
        name: topic,
        partitions,
        created: !dryRun,
        ...(dryRun ? {} : { topicId }),
      };
      const done = dryRun ? 'Would create' : 'Created';
      await context.output.done(
        document,
        `${done} topic ${name} with ${formatCountOf(partitions, 'partition')}.`,
      );
    } catch (error) {
      if (!values.ifNotExists || errorCodeOf(error) !== 'TOPIC_EXISTS') throw error;
      await context.output.done({ name: topic, created: false }, `Topic ${name} exists.`);
    }
  },
});
