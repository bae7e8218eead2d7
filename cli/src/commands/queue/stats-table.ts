// The counts of queues as a table. Columns of rare states are there only where something is in that state.

import type { QueueRates, QueueStats } from '@millrace/client';
import { formatCount, formatDuration, formatText } from '../../output/format.ts';
import type { Output } from '../../output/output.ts';
import { type Column, table } from '../../output/table.ts';

type Counts = QueueStats['totals'];
type CountName = Exclude<keyof Counts, 'oldestUnresolvedMs'>;

export type NamedStats = QueueStats & { readonly queue: string };

const RATES = ['arrived', 'acknowledged', 'dead'] as const;
const ALWAYS = ['fresh', 'ready', 'scheduled', 'leased'] as const;
const WHERE_ANY = ['parked', 'blocked'] as const;
const ENDED = ['acknowledged', 'dead'] as const;
const ENDED_WHERE_ANY = ['removed', 'purged', 'skipped'] as const;

export async function statsTable(
  output: Output,
  queues: readonly NamedStats[],
  isByPartition: boolean,
): Promise<string> {
  const empty = 'No queues. `broker-cli queue create NAME` creates one.';
  const name: Column<{ queue: string }> = { head: 'QUEUE', cell: ({ queue }) => formatText(queue) };
  if (!isByPartition) {
    const rows = queues.map(({ queue, totals, rates }) => ({ queue, ...totals, rates }));
    return table(output, [name, ...countColumns(rows), ...rateColumns(queues)], rows, empty);
  }
  const rows = queues.flatMap(({ queue, partitions }) =>
    partitions.map((counts) => ({ queue, ...counts })),
  );
  const place: Column<(typeof rows)[number]>[] = [
    { head: 'TOPIC', cell: ({ topic }) => formatText(topic) },
    { head: 'PARTITION', align: 'right', cell: ({ partition }) => String(partition) },
  ];
  return table(output, [name, ...place, ...countColumns(rows)], rows, empty);
}

function countColumns(rows: readonly Counts[]): Column<Counts>[] {
  const isAny = (name: CountName): boolean => rows.some((counts) => counts[name] > 0);
  const names: readonly CountName[] = [
    ...ALWAYS,
    ...WHERE_ANY.filter(isAny),
    ...ENDED,
    ...ENDED_WHERE_ANY.filter(isAny),
  ];
  return [
    ...names.map(
      (name): Column<Counts> => ({
        head: name.toUpperCase(),
        align: 'right',
        cell: (counts) => formatCount(counts[name]),
      }),
    ),
    { head: 'OLDEST', align: 'right', cell: ({ oldestUnresolvedMs: at }) => ageText(at) },
  ];
}

type Rated = { readonly rates: QueueRates | null };

/** None until the broker has run long enough to tell. */
function rateColumns(queues: readonly Rated[]): Column<Rated>[] {
  if (queues.every(({ rates }) => rates === null)) return [];
  const column = (head: string, name: (typeof RATES)[number]): Column<Rated> => ({
    head,
    align: 'right',
    cell: ({ rates }) => (rates === null ? '-' : rateText(rates[name])),
  });
  return [column('IN/S', 'arrived'), column('DONE/S', 'acknowledged'), column('DEAD/S', 'dead')];
}

function rateText(perSecond: number): string {
  return perSecond === 0 || perSecond >= 10
    ? formatCount(Math.round(perSecond))
    : perSecond.toPrecision(2);
}

function ageText(sinceMs: number | null): string {
  return sinceMs === null ? '-' : formatDuration(Math.max(0, Date.now() - sinceMs));
}
