// Groups of both kinds: who reads along, and who works through queues.
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useLoad } from '../../api/load.ts';
import type { GroupRow } from '../../api/work-shapes.ts';
import { Badge } from '../../components/badge.tsx';
import type { Column } from '../../components/columns.ts';
import { Search } from '../../components/fields.tsx';
import { ProblemNote } from '../../components/note.tsx';
import { Empty, Loading, Page, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { Count } from '../../components/values.tsx';
import { goTo, linkTo, place, setQuery } from '../../shell/router.ts';

const PAGE = 1_000;

interface GroupPage {
  readonly groups: readonly GroupRow[];
  readonly next: string | null;
}

const linkOf = ({ name }: GroupRow) => linkTo('/groups/{group}', { group: name });

const COLUMNS: readonly Column<GroupRow>[] = [
  {
    id: 'name',
    title: 'Group',
    width: 'minmax(160px, 3fr)',
    sort: ({ name }) => name,
    cell: (row) => <a href={linkOf(row)}>{row.name}</a>,
  },
  {
    id: 'kind',
    title: 'Kind',
    width: '120px',
    sort: ({ kind }) => kind,
    cell: ({ kind }) =>
      kind === 'share' ? (
        <Badge tone="accent" title="A queue: members share messages">
          share
        </Badge>
      ) : (
        <Badge tone="info" title="Members share partitions">
          consumer
        </Badge>
      ),
  },
  {
    id: 'members',
    title: 'Members',
    width: '96px',
    isNumber: true,
    sort: ({ members }) => members,
    cell: ({ members }) => <Count value={members} />,
  },
];

export function View() {
  const { data, problem, reload } = useLoad((signal) => allGroups(signal), [], { everyMs: 3_000 });
  const [filter, setFilter] = useState(place.peek().query.get('filter') ?? '');
  const rows = (data ?? []).filter(({ name }) => name.includes(filter));
  return (
    <Page
      title="Groups"
      about="Consumer groups share partitions and remember one offset each. Share groups share messages: they are what queues are made of."
    >
      {problem === undefined ? null : <ProblemNote problem={problem} onRetry={reload} />}
      <div class="toolbar">
        <Search
          label="Filter by name"
          value={filter}
          onInput={(text) => {
            setFilter(text);
            setQuery({ filter: text });
          }}
        />
      </div>
      <Panel isFlush>
        {data === undefined ? (
          <Loading />
        ) : (
          <Table
            label="Groups"
            rows={rows}
            columns={COLUMNS}
            keyOf={({ name }) => name}
            onOpen={(row) => goTo(linkOf(row))}
            empty={
              <Empty
                title={filter === '' ? 'No groups yet' : `No group has “${filter}” in its name`}
                {...(filter === ''
                  ? { command: 'npx broker-cli consume my-topic --group my-group' }
                  : {})}
              >
                {filter === '' ? 'A consumer group makes itself when its first member joins.' : ''}
              </Empty>
            }
          />
        )}
      </Panel>
    </Page>
  );
}

async function allGroups(signal: AbortSignal): Promise<readonly GroupRow[]> {
  const all: GroupRow[] = [];
  let after: string | null = null;
  do {
    const { groups, next }: GroupPage = await call('GET /groups', {
      query: { limit: PAGE, after },
      signal,
    });
    all.push(...groups);
    after = next;
  } while (after !== null);
  return all;
}
