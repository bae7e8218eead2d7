// `queue stats`, once or again and again.

import type { Admin, QueueStats } from '@millrace/client';
import { command, flag, variadic } from '../../command.ts';
import type { Context } from '../../context.ts';
import { WATCH } from '../../input/watch.ts';
import { refresh } from '../../output/refresh.ts';
import { type NamedStats, statsTable } from './stats-table.ts';

export const stats = command({
  name: 'stats',
  about: 'show exact counts of messages by state, the age of the oldest, and rates',
  details:
    'fresh: never delivered. ready: to be delivered again. scheduled: waiting for a time. leased: being worked on.\n' +
    'parked: waiting for their key or tenant. blocked: stopped until somebody decides about them.\n' +
    'acknowledged: finished. dead: exhausted, rejected or dropped. removed: taken by retention before they were resolved.\n' +
    'purged: taken by a purge. skipped: redriven for another queue. Counts that are 0 everywhere have no column in the\n' +
    'table. OLDEST: how long the oldest unresolved message has been there. IN/S, DONE/S, DEAD/S: messages a second over\n' +
    'the last minute, from the second look within a minute on.',
  inputs: {
    queues: variadic('[queues...]', 'names of queues; none: all'),
    partitions: flag('--partitions', 'a row for every partition'),
    ...WATCH,
  },
  examples: [
    { line: 'broker-cli queue stats', about: 'all queues' },
    { line: 'broker-cli queue stats jobs --partitions', about: 'one queue, every partition' },
    { line: 'broker-cli queue stats jobs --watch', about: 'as it goes' },
    {
      line: "broker-cli queue stats jobs --json | jq '.queues[0].totals.ready'",
      about: 'one number',
    },
  ],
  async run(context, { queues: named, partitions, watch, interval }) {
    const { admin } = await context.client();
    const look = async (): Promise<readonly NamedStats[]> => statsOf(context, admin, named);
    if (watch) {
      await refresh(
        context,
        interval,
        async () => {
          const queues = await look();
          return { document: { atMs: Date.now(), queues }, queues };
        },
        ({ queues }) => statsTable(context.output, queues, partitions),
      );
      return;
    }
    const queues = await look();
    await context.output.answer({ queues }, async () =>
      statsTable(context.output, queues, partitions),
    );
  },
});

async function statsOf(
  context: Context,
  admin: Admin,
  named: readonly string[],
): Promise<readonly NamedStats[]> {
  const options = { signal: context.signal };
  const names =
    named.length > 0 ? named : (await admin.listShareGroups(options)).map(({ group }) => group);
  const queues: ({ queue: string } & QueueStats)[] = [];
  for (const queue of names) queues.push({ queue, ...(await admin.counters(queue, options)) });
  return queues;
}
