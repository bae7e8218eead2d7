// `topics delete`.

import { command, flag, variadic } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { errorCodeOf } from '../../errors/error-code.ts';
import { formatCountOf, formatText } from '../../output/format.ts';
import { topicFigures } from './topic-figures.ts';

export const remove = command({
  name: 'delete',
  about: 'delete topics with their records',
  details: 'What consumer groups and queues know of the topic goes with it.',
  inputs: {
    topics: variadic('<topics...>', 'names of topics'),
    yes: YES,
    ifExists: flag('--if-exists', 'succeed where a topic does not exist'),
  },
  examples: [
    { line: 'broker-cli topics delete flights', about: 'asks first' },
    { line: 'broker-cli topics delete flights --yes --if-exists', about: 'in a script' },
  ],
  async run(context, { topics, yes, ifExists }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const found: { name: string; records: number }[] = [];
    for (const name of new Set(topics)) {
      try {
        const topic = await admin.describeTopic(name, options);
        found.push({ name, records: topicFigures(topic).records });
      } catch (error) {
        if (!ifExists || errorCodeOf(error) !== 'UNKNOWN_TOPIC') throw error;
      }
    }
    const texts = found.map(
      ({ name, records }) => `${formatText(name)} with ${formatCountOf(records, 'record')}`,
    );
    if (found.length > 0) {
      await confirm(context, yes, `delete topic${found.length > 1 ? 's' : ''} ${texts.join(', ')}`);
    }
    for (const { name } of found) await admin.deleteTopic(name, options);
    const deleted = found.map(({ name }) => name);
    const sentence =
      deleted.length === 0
        ? 'Nothing to delete.'
        : deleted.map((name) => `Deleted topic ${formatText(name)}.`).join('\n');
    await context.output.done({ deleted }, sentence);
  },
});
