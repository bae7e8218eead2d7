// `queue purge` and `queue undo-purge`.

import type { PurgedPartition } from '@millrace/client';
import { argument, command, flag, option, optionWith } from '../../command.ts';
import { confirm, YES } from '../../confirm.ts';
import { parseDuration } from '../../input/duration.ts';
import { formatCount, formatCountOf, formatDuration, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { table } from '../../output/table.ts';

const QUEUE = argument('<queue>', 'name of the queue');
const TOPIC = option('-t, --topic <topic>', 'only messages of this topic');
const UNDO_MS = 3_600_000;

export const purge = command({
  name: 'purge',
  about: 'take all unresolved messages away from a queue; it can be undone for a while',
  details:
    'All at once and exactly: what is appended later is not touched. The records stay in the log, for other queues and\n' +
    'for readers. Leases end: what their members say of the messages then has no effect. `queue undo-purge` brings the\n' +
    'messages back; with --undo-for 0 nothing can.',
  inputs: {
    queue: QUEUE,
    topic: TOPIC,
    dryRun: flag('--dry-run', 'count, and change nothing'),
    undoFor: optionWith(
      '--undo-for <duration>',
      'it can be undone for this long',
      parseDuration,
      UNDO_MS,
      '1h',
    ),
    forgetDuplicates: flag(
      '--forget-duplicates',
      'forget dedup ids too: what was sent before may be sent again; no undo brings them back',
    ),
    yes: YES,
  },
  examples: [
    { line: 'broker-cli queue purge jobs --dry-run', about: 'how many there are' },
    { line: 'broker-cli queue purge jobs', about: 'asks first' },
    { line: 'broker-cli queue undo-purge jobs', about: 'brings them back' },
  ],
  async run(context, { queue, topic, dryRun, undoFor, forgetDuplicates, yes }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const name = formatText(queue);
    const input = { group: queue, topic, undoMs: undoFor, forgetDuplicates };
    if (!dryRun && !yes) {
      const { messages } = await admin.purge({ ...input, dryRun: true }, options);
      const what = formatCountOf(messages, 'unresolved message');
      await confirm(context, yes, `take ${what} away from queue ${name}, ${undoText(undoFor)}`);
    }
    const { messages, partitions, undoUntilMs } = await admin.purge({ ...input, dryRun }, options);
    const document = { queue, dryRun, messages, undoUntilMs, partitions };
    if (dryRun) {
      await context.output.answer(document, async () => {
        const rows = await partitionsText(context.output, partitions);
        const what = formatCountOf(messages, 'unresolved message');
        return `${rows}\n\nWould take ${what} away from queue ${name}. Nothing was changed (--dry-run).`;
      });
      return;
    }
    const what = formatCountOf(messages, 'message');
    const sentence = `Took ${what} away from queue ${name}, ${undoText(undoFor)}.`;
    await context.output.done(document, sentence);
  },
});

function undoText(undoMs: number): string {
  return undoMs === 0 ? 'for good' : `which can be undone for ${formatDuration(undoMs)}`;
}

export const undoPurge = command({
  name: 'undo-purge',
  about: 'bring back what a purge took, as far as the log still holds it',
  details:
    'Messages come back as they were, except that leases are over: those messages are delivered again.',
  inputs: { queue: QUEUE, topic: TOPIC },
  examples: [{ line: 'broker-cli queue undo-purge jobs', about: 'the newest purge' }],
  async run(context, { queue, topic }) {
    const { admin } = await context.client();
    const input = { group: queue, topic };
    const { messages, partitions } = await admin.undoPurge(input, { signal: context.signal });
    const what = formatCountOf(messages, 'message');
    const sentence = `Brought ${what} back to queue ${formatText(queue)}.`;
    await context.output.done({ queue, messages, partitions }, sentence);
  },
});

function partitionsText(output: Output, partitions: readonly PurgedPartition[]): Promise<string> {
  return table(
    output,
    [
      { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
      { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
      { head: 'MESSAGES', align: 'right', cell: ({ messages }) => formatCount(messages) },
    ],
    partitions,
    'No partitions.',
  );
}
