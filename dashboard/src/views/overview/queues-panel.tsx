// The queues, the fullest first, each with its course.
import type { QueueCounts } from '../../api/shapes.ts';
import type { Column } from '../../components/columns.ts';
import { Panel } from '../../components/page.tsx';
import { Spark } from '../../components/small-charts.tsx';
import { Table } from '../../components/table.tsx';
import { Count, Duration, Rate } from '../../components/values.tsx';
import { formatMany } from '../../format/formats.ts';
import { queueHistory } from '../../live/live-feed.ts';
import { goTo, linkTo } from '../../shell/router.ts';

const linkOf = (queue: string) => linkTo('/queues/{queue}', { queue });
const SPARK_POINTS = 120;

const COLUMNS: readonly Column<QueueCounts>[] = [
  {
    id: 'queue',
    title: 'Queue',
    width: 'minmax(112px, 2fr)',
    sort: ({ queue }) => queue,
    cell: ({ queue }) => <a href={linkOf(queue)}>{queue}</a>,
  },
  {
    id: 'course',
    title: 'Last minutes',
    width: 'minmax(120px, 1fr)',
    onPhone: false,
    cell: ({ queue }) => (
      <Spark values={queueHistory(queue)?.values('pending').slice(-SPARK_POINTS) ?? []} />
    ),
  },
  {
    id: 'pending',
    title: 'Pending',
    isNumber: true,
    width: 'minmax(80px, 1fr)',
    sort: ({ counts }) => counts.pending,
    cell: ({ counts }) => <Count value={counts.pending} />,
  },
  {
    id: 'leased',
    title: 'Leased',
    isNumber: true,
    width: 'minmax(66px, 1fr)',
    sort: ({ counts }) => counts.leased,
    cell: ({ counts }) => <Count value={counts.leased} />,
  },
  {
    id: 'scheduled',
    title: 'Scheduled',
    isNumber: true,
    onPhone: false,
    sort: ({ counts }) => counts.scheduled,
    cell: ({ counts }) => <Count value={counts.scheduled} />,
  },
  {
    id: 'failed',
    title: 'Failed',
    isNumber: true,
    onPhone: false,
    sort: ({ counts }) => counts.failed,
    cell: ({ counts }) => <Count value={counts.failed} />,
  },
  {
    id: 'dead',
    title: 'Dead',
    isNumber: true,
    onPhone: false,
    sort: ({ counts }) => counts.deadLettered,
    cell: ({ counts }) => <Count value={counts.deadLettered} />,
  },
  {
    id: 'in',
    title: 'In',
    isNumber: true,
    onPhone: false,
    sort: ({ rates }) => rates?.arrived ?? null,
    cell: ({ rates }) => <Rate value={rates?.arrived} />,
  },
  {
    id: 'out',
    title: 'Out',
    isNumber: true,
    onPhone: false,
    sort: ({ rates }) => rates?.acknowledged ?? null,
    cell: ({ rates }) => <Rate value={rates?.acknowledged} />,
  },
  {
    id: 'oldest',
    title: 'Oldest',
    isNumber: true,
    width: 'minmax(92px, 1fr)',
    sort: ({ oldestAgeMs }) => oldestAgeMs,
    cell: ({ oldestAgeMs }) => <Duration ms={oldestAgeMs} />,
  },
];

const FULLEST = { column: 'pending', isDescending: true };

export function QueuesPanel({ queues }: { readonly queues: readonly QueueCounts[] }) {
  if (queues.length === 0) return null;
  return (
    <Panel title="Queues" about={formatMany(queues.length, 'queue')} isFlush>
      <Table
        label="Queues"
        rows={queues}
        columns={COLUMNS}
        keyOf={({ queue }) => queue}
        onOpen={({ queue }) => goTo(linkOf(queue))}
        order={FULLEST}
        height="410px"
      />
    </Panel>
  );
}
