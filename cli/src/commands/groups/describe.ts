// `groups describe`.

import type { GroupDescription } from '@millrace/client';
import { argument, command } from '../../command.ts';
import { formatCount, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { properties, table } from '../../output/table.ts';

export const describe = command({
  name: 'describe',
  about: 'show members, offsets and lag of a consumer group',
  inputs: { group: argument('<group>', 'name of the group') },
  examples: [{ line: 'broker-cli groups describe reports', about: 'who reads what, and how far' }],
  async run(context, { group }) {
    const { admin } = await context.client();
    const description = await admin.describeGroup(group, { signal: context.signal });
    const lag = description.offsets.reduce((sum, each) => sum + each.lag, 0);
    await context.output.answer({ group, lag, ...description }, async () => {
      const about = await properties(context.output, [
        ['group', formatText(group)],
        ['epoch', String(description.epoch)],
        ['members', formatCount(description.members.length)],
        ['lag', formatCount(lag)],
      ]);
      const texts = [about, await offsetsText(context.output, description)];
      if (description.members.length > 0)
        texts.push(await membersText(context.output, description));
      return texts.join('\n\n');
    });
  },
});

async function offsetsText(
  output: Output,
  { offsets, members }: GroupDescription,
): Promise<string> {
  const owners = new Map<string, string>();
  for (const { memberId, assigned } of members) {
    for (const { topicId, partitions } of assigned) {
      for (const partition of partitions) owners.set(`${topicId}/${partition}`, memberId);
    }
  }
  return table(
    output,
    [
      { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
      { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
      {
        head: 'OFFSET',
        align: 'right',
        cell: ({ offset }) => (offset < 0 ? '-' : formatCount(offset)),
      },
      { head: 'END', align: 'right', cell: ({ endOffset }) => formatCount(endOffset) },
      { head: 'LAG', align: 'right', cell: ({ lag }) => formatCount(lag) },
      {
        head: 'MEMBER',
        cell: ({ topicId, partition }) => formatText(owners.get(`${topicId}/${partition}`) ?? '-'),
      },
    ],
    offsets,
    'No offsets.',
  );
}

async function membersText(
  output: Output,
  { members, offsets }: GroupDescription,
): Promise<string> {
  const names = new Map(offsets.map(({ topicId, topic }) => [topicId, topic]));
  return table(
    output,
    [
      { head: 'MEMBER', cell: ({ memberId }) => formatText(memberId) },
      { head: 'EPOCH', align: 'right', cell: ({ memberEpoch }) => String(memberEpoch) },
      { head: 'TOPICS', cell: ({ topics }) => formatText(topics.join(', '), 60) },
      {
        head: 'PARTITIONS',
        cell: ({ assigned }) =>
          formatText(
            assigned
              .map(
                ({ topicId, partitions }) =>
                  `${names.get(topicId) ?? topicId}: ${partitions.join(' ')}`,
              )
              .join('; '),
            60,
          ),
      },
    ],
    members,
    'No members.',
  );
}
