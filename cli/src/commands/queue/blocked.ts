// `queue blocked`: the keys that are stopped.

import type { ListedMessages } from '@millrace/client';
import { argument, command, option } from '../../command.ts';
import { formatCount, formatText } from '../../output/format.ts';
import { table } from '../../output/table.ts';
import { type BlockedKey, blockedKeys } from './blocked-keys.ts';

export const blocked = command({
  name: 'blocked',
  about: 'list blocked keys: what failed too often and waits for a decision',
  details:
    '`queue unblock` decides about them: try again, skip, or move to the dead-letter topic.\n' +
    'In a queue with --ordering key the later messages of the key wait behind them; other keys go on.',
  inputs: {
    queue: argument('<queue>', 'name of the queue'),
    topic: option('-t, --topic <topic>', 'only this topic'),
  },
  examples: [
    { line: 'broker-cli queue blocked payments', about: 'each key, and why it failed' },
    { line: 'broker-cli queue unblock payments --key alice', about: 'try one again' },
  ],
  async run(context, { queue, topic }) {
    const { admin } = await context.client();
    const found = await blockedKeys(admin, queue, { topic, signal: context.signal });
    await context.output.answer({ blocked: found.map(blockedDocument) }, async () =>
      table(
        context.output,
        [
          { head: 'KEY', cell: ({ key }) => formatText(key ?? '-', 40) },
          { head: 'MESSAGES', align: 'right', cell: (each) => formatCount(each.messages.length) },
          { head: 'TOPIC', cell: (each) => formatText(each.topic) },
          { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
          { head: 'OFFSET', align: 'right', cell: (each) => String(firstOf(each).firstOffset) },
          { head: 'DELIVERIES', align: 'right', cell: (each) => String(firstOf(each).deliveries) },
          { head: 'LAST ERROR', cell: (each) => formatText(firstOf(each).lastError ?? '-', 60) },
          { head: 'ID', cell: (each) => firstOf(each).id },
        ],
        found,
        'Nothing is blocked.',
      ),
    );
  },
});

function firstOf({ messages }: BlockedKey): ListedMessages {
  const [first] = messages;
  if (first === undefined) throw new Error('a blocked key has a message');
  return first;
}

function blockedDocument(blockedKey: BlockedKey) {
  const { key, topic, partition, messages } = blockedKey;
  const { firstOffset: offset, id, deliveries, lastError } = firstOf(blockedKey);
  const ids = messages.map((message) => message.id);
  return {
    key,
    topic,
    partition,
    messages: messages.length,
    offset,
    id,
    ids,
    deliveries,
    lastError,
  };
}
