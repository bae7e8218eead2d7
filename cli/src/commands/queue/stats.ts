// `queue stats`.

import type { QueueStats } from '@millrace/client';
import { command, flag, variadic } from '../../command.ts';
import { formatCount, formatDuration, formatText } from '../../output/format.ts';
import { type Column, table } from '../../output/table.ts';

type Counts = QueueStats['totals'];
const COUNTS = [
  'fresh',
  'ready',
  'scheduled',
  'leased',
  'acknowledged',
  'dead',
  'removed',
] as const;

export const stats = command({
  name: 'stats',
  about: 'show exact counts of messages by state',
  details:
    'fresh: never delivered. ready: to be delivered again. scheduled: waiting for a time. leased: being worked on.\n' +
    'acknowledged: finished. dead: exhausted or rejected. removed: taken by retention before they were resolved.',
  inputs: {
    queues: variadic('[queues...]', 'names of queues; none: all'),
    partitions: flag('--partitions', 'a row for every partition'),
  },
  examples: [
    { line: 'broker-cli queue stats', about: 'all queues' },
    { line: 'broker-cli queue stats jobs --partitions', about: 'one queue, every partition' },
    {
      line: "broker-cli queue stats jobs --json | jq '.queues[0].totals.ready'",
      about: 'one number',
    },
  ],
  async run(context, { queues: named, partitions }) {
    const { admin } = await context.client();
    const options = { signal: context.signal };
    const names =
      named.length > 0 ? named : (await admin.listShareGroups(options)).map(({ group }) => group);
    const queues: ({ queue: string } & QueueStats)[] = [];
    for (const queue of names) queues.push({ queue, ...(await admin.counters(queue, options)) });
    await context.output.answer({ queues }, async () => {
      const empty = 'No queues. `broker-cli queue create NAME` creates one.';
      const name: Column<{ queue: string }> = {
        head: 'QUEUE',
        cell: ({ queue }) => formatText(queue),
      };
      if (!partitions) {
        const rows = queues.map(({ queue, totals }) => ({ queue, ...totals }));
        return table(context.output, [name, ...countColumns()], rows, empty);
      }
      const rows = queues.flatMap(({ queue, partitions: each }) =>
        each.map((counts) => ({ queue, ...counts })),
      );
      const place: Column<(typeof rows)[number]>[] = [
        { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
        { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
      ];
      return table(context.output, [name, ...place, ...countColumns()], rows, empty);
    });
  },
});

function countColumns(): Column<Counts>[] {
  return [
    ...COUNTS.map(
      (name): Column<Counts> => ({
        head: name.toUpperCase(),
        align: 'right',
        cell: (counts) => formatCount(counts[name]),
      }),
    ),
    { head: 'OLDEST', align: 'right', cell: ({ oldestUnresolvedMs: at }) => ageText(at) },
  ];
}

function ageText(sinceMs: number | null): string {
  return sinceMs === null ? '-' : formatDuration(Math.max(0, Date.now() - sinceMs));
}
