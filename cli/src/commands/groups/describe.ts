// `groups describe`.

import type { GroupDescription } from '@millrace/client';
import { argument, command } from '../../command.ts';
import { formatCount, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { properties, table } from '../../output/table.ts';

export const describe = command({
  name: 'describe',
  about: 'show state, members, owners, offsets and lag of a consumer group',
  inputs: { group: argument('<group>', 'name of the group') },
  examples: [{ line: 'broker-cli groups describe reports', about: 'who reads what, and how far' }],
  async run(context, { group }) {
    const { admin } = await context.client();
    const description = await admin.describeGroup(group, { signal: context.signal });
    const lag = description.offsets.reduce((sum, each) => sum + each.lag, 0);
    await context.output.answer({ group, lag, ...description }, async () => {
      const about = await properties(context.output, [
        ['group', formatText(group)],
        ['state', description.state],
        ['epoch', String(description.epoch)],
        ...(description.assignor === null ? [] : [['assignor', description.assignor] as const]),
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
        head: 'OWNER',
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
      { head: 'INSTANCE', cell: ({ instanceId }) => formatText(instanceId ?? '-') },
      { head: 'STATE', cell: stateOf },
      {
        head: 'SUBSCRIBED',
        cell: ({ topics, topicPattern }) =>
          formatText(
            [...topics, ...(topicPattern === null ? [] : [`/${topicPattern}/`])].join(', '),
            60,
          ),
      },
      { head: 'PARTITIONS', cell: ({ assigned }) => partitionsText(assigned, names) },
    ],
    members,
    'No members.',
  );
}

type Member = GroupDescription['members'][number];

/** `moving`: what it works on is not yet what it is to work on. */
function stateOf({ isAway, assigned, target }: Member): string {
  if (isAway) return 'away';
  const places = (held: Member['assigned']) =>
    held
      .flatMap(({ topicId, partitions }) => partitions.map((each) => `${topicId}/${each}`))
      .toSorted()
      .join();
  return target !== null && places(target) !== places(assigned) ? 'moving' : 'stable';
}

function partitionsText(assigned: Member['assigned'], names: ReadonlyMap<number, string>): string {
  const texts = assigned
    .filter(({ partitions }) => partitions.length > 0)
    .map(({ topicId, partitions }) => `${names.get(topicId) ?? topicId}: ${partitions.join(' ')}`);
  return texts.length === 0 ? '-' : formatText(texts.join('; '), 60);
}
