// How far a consumer group is in each partition, and how much lies after it.
import type { ConsumerGroup } from '../../api/work-shapes.ts';
import type { Column } from '../../components/columns.ts';
import { Empty } from '../../components/page.tsx';
import { Meter } from '../../components/small-charts.tsx';
import { Table } from '../../components/table.tsx';
import { Count, FromNow, NONE } from '../../components/values.tsx';

type Progress = ConsumerGroup['offsets'][number];

export function lagOf(offsets: readonly Progress[]): number {
  return offsets.reduce((sum, { lag }) => sum + lag, 0);
}

const COLUMNS: readonly Column<Progress & { readonly largest: number }>[] = [
  {
    id: 'place',
    title: 'Partition',
    width: 'minmax(120px, 2fr)',
    sort: ({ topic, partition }) => `${topic}/${partition}`,
    cell: ({ topic, partition }) => `${topic} / ${partition}`,
  },
  {
    id: 'lag',
    title: 'Lag',
    isNumber: true,
    sort: ({ lag }) => lag,
    cell: ({ lag }) => <Count value={lag} />,
  },
  {
    id: 'picture',
    title: 'Side by side',
    width: '110px',
    onPhone: false,
    cell: ({ lag, largest, topic, partition }) => (
      <Meter part={largest === 0 ? 0 : lag / largest} label={`Lag of ${topic} ${partition}`} />
    ),
  },
  {
    id: 'offset',
    title: 'Committed',
    isNumber: true,
    sort: ({ offset }) => offset,
    cell: ({ offset }) =>
      offset < 0 ? <span class="muted">nothing</span> : <Count value={offset} />,
  },
  {
    id: 'end',
    title: 'End',
    isNumber: true,
    onPhone: false,
    sort: ({ endOffset }) => endOffset,
    cell: ({ endOffset }) => <Count value={endOffset} />,
  },
  {
    id: 'when',
    title: 'Committed at',
    width: 'minmax(130px, 1fr)',
    isNumber: true,
    onPhone: false,
    sort: ({ committedAtMs }) => committedAtMs,
    cell: ({ committedAtMs }) => <FromNow atMs={committedAtMs} />,
  },
  {
    id: 'member',
    title: 'Member',
    width: 'minmax(120px, 2fr)',
    onPhone: false,
    sort: ({ memberId }) => memberId,
    cell: ({ memberId }) =>
      memberId === null ? (
        NONE
      ) : (
        <span class="mono" title={memberId}>
          {memberId}
        </span>
      ),
  },
];

export function LagTable({ offsets }: Pick<ConsumerGroup, 'offsets'>) {
  const largest = offsets.reduce((most, { lag }) => Math.max(most, lag), 0);
  return (
    <Table
      label="Lag"
      rows={offsets.map((progress) => ({ ...progress, largest }))}
      columns={COLUMNS}
      keyOf={({ topic, partition }) => `${topic}/${partition}`}
      height="46vh"
      empty={
        <Empty title="No progress yet">
          The group has committed nothing, and no partition is assigned to anybody.
        </Empty>
      }
    />
  );
}
