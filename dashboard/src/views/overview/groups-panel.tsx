// Consumer groups by how far they are behind.
import type { GroupLag } from '../../api/shapes.ts';
import type { Column } from '../../components/columns.ts';
import { Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count } from '../../components/values.tsx';
import { formatMany } from '../../format/formats.ts';
import { goTo, linkTo } from '../../shell/router.ts';
import type { ConsumerLag } from './consumer-lag.ts';

const linkOf = (group: string) => linkTo('/groups/{group}', { group });

const COLUMNS: readonly Column<GroupLag>[] = [
  {
    id: 'group',
    title: 'Group',
    width: 'minmax(140px, 2fr)',
    sort: ({ group }) => group,
    cell: ({ group }) => <a href={linkOf(group)}>{group}</a>,
  },
  {
    id: 'lag',
    title: 'Behind',
    isNumber: true,
    width: 'minmax(90px, 1fr)',
    sort: ({ lag }) => lag,
    cell: ({ lag }) => <Count value={lag} />,
  },
];

export function GroupsPanel({ lag }: { readonly lag: ConsumerLag | undefined }) {
  if (lag === undefined || lag.lags.length === 0) return null;
  return (
    <Panel title="Consumer groups" about={formatMany(lag.lags.length, 'group')} isFlush>
      <Table
        label="Consumer groups"
        rows={lag.lags}
        columns={COLUMNS}
        keyOf={({ group }) => group}
        onOpen={({ group }) => goTo(linkOf(group))}
        order={{ column: 'lag', isDescending: true }}
        height="280px"
      />
    </Panel>
  );
}
