// Who is in a consumer group, and what each works on.
import type { ConsumerGroup } from '../../api/work-shapes.ts';
import { Badge } from '../../components/badge.tsx';
import type { Column } from '../../components/columns.ts';
import { Empty } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count } from '../../components/values.tsx';

type Member = ConsumerGroup['members'][number];
interface Row extends Member {
  readonly works: string;
  readonly count: number;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'member',
    title: 'Member',
    width: 'minmax(160px, 2fr)',
    sort: ({ memberId }) => memberId,
    cell: ({ memberId, instanceId, isAway }) => (
      <>
        <span class="mono" title={memberId}>
          {memberId}
        </span>{' '}
        {instanceId === null ? null : (
          <Badge title="Static member: its instance id">{instanceId}</Badge>
        )}
        {isAway ? <Badge tone="warn">away</Badge> : null}
      </>
    ),
  },
  {
    id: 'count',
    title: 'Partitions',
    width: '90px',
    isNumber: true,
    sort: ({ count }) => count,
    cell: ({ count }) => <Count value={count} />,
  },
  {
    id: 'works',
    title: 'Works on',
    width: 'minmax(160px, 3fr)',
    cell: ({ works }) => <span title={works}>{works}</span>,
  },
  {
    id: 'subscribed',
    title: 'Subscribed to',
    onPhone: false,
    width: 'minmax(120px, 2fr)',
    cell: ({ topics, topicPattern }) =>
      [...topics, ...(topicPattern === null ? [] : [`/${topicPattern}/`])].join(', '),
  },
  {
    id: 'epoch',
    title: 'Epoch',
    width: '80px',
    isNumber: true,
    onPhone: false,
    cell: ({ memberEpoch }) => <Count value={memberEpoch} />,
  },
];

export function MemberTable({ group }: { readonly group: ConsumerGroup }) {
  const names = new Map(group.offsets.map(({ topicId, topic }) => [topicId, topic]));
  const rows = group.members.map((member): Row => {
    const works = member.assigned
      .map(
        ({ topicId, partitions }) => `${names.get(topicId) ?? topicId}: ${partitions.join(', ')}`,
      )
      .join('; ');
    const count = member.assigned.reduce((sum, { partitions }) => sum + partitions.length, 0);
    return { ...member, works: works === '' ? 'nothing' : works, count };
  });
  return (
    <Table
      label="Members"
      rows={rows}
      columns={COLUMNS}
      keyOf={({ memberId }) => memberId}
      height="36vh"
      empty={
        <Empty title="No members">
          Nobody reads now. The group keeps its offsets; who joins goes on from them.
        </Empty>
      }
    />
  );
}
