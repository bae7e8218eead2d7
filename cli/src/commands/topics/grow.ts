// `topics grow`: more partitions, after it was said what becomes of keys.

import { argument, command, option } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { CliError, usage } from '../../errors/cli-error.ts';
import { count } from '../../input/count.ts';
import { formatCountOf, formatText } from '../../output/format.ts';

export const grow = command({
  name: 'grow',
  about: 'add partitions to a topic',
  details:
    'Records stay where they are. New records of a key may go to another partition than the old ones: whoever relies on\n' +
    'the order of a key across the change lets consumers catch up first. A number of partitions never shrinks.',
  inputs: {
    topic: argument('<topic>', 'name of the topic'),
    partitions: option('-p, --partitions <count>', 'number of partitions it is to have', count(1)),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli topics grow flights --partitions 8', about: 'asks first' },
    { line: 'broker-cli topics grow flights -p 8 --yes --json', about: 'in a script' },
  ],
  async run(context, { topic, partitions, yes }) {
    if (partitions === undefined) throw usage('say how many there are to be: --partitions 8');
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const described = await admin.describeTopic(topic, options);
    const before = described.partitions.length;
    if (partitions <= before) {
      const has = `topic ${formatText(topic)} has ${formatCountOf(before, 'partition')}`;
      throw new CliError('conflict', 'NOT_MORE_PARTITIONS', `${has}: their number only grows`);
    }
    const keysMoved = movedPart(before, partitions);
    const percent = `${Math.round(100 * keysMoved)}%`;
    await confirm(
      context,
      yes,
      `grow topic ${formatText(topic)} from ${before} to ${formatCountOf(partitions, 'partition')} (new records of about ${percent} of the keys go to another partition)`,
    );
    await admin.alterTopic({ name: topic, partitions }, options);
    await context.output.done(
      { topic, partitionsBefore: before, partitions, keysMoved },
      `Topic ${formatText(topic)} has ${formatCountOf(partitions, 'partition')}; about ${percent} of the keys go to another one than before.`,
    );
  },
});

/** Of hashes that are spread evenly, the part whose remainder changes. */
export function movedPart(before: number, after: number): number {
  return 1 - (before * divisorOf(before, after)) / (before * after);
}

function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}
