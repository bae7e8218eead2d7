// The page's own table with 100,000 rows, alone: what its scrolling costs is measured here.
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { Badge, StateBadge } from '../../src/components/badge.tsx';
import type { Column } from '../../src/components/columns.ts';
import { Panel } from '../../src/components/page.tsx';
import { Table } from '../../src/components/table.tsx';
import { Count, FromNow } from '../../src/components/values.tsx';
import '../../src/styles/tokens.css';
import '../../src/styles/base.css';
import '../../src/styles/components.css';

interface Row {
  readonly id: string;
  readonly offset: number;
  readonly state: string;
  readonly atMs: number;
  readonly text: string;
}

const STATES = ['fresh', 'leased', 'scheduled', 'ready', 'dead'];
const BEGAN_MS = Date.now();
const ROWS: readonly Row[] = Array.from({ length: 100_000 }, (_, n) => ({
  id: `00000001-0000-8000-8000-${String(n).padStart(12, '0')}`,
  offset: n,
  state: STATES[n % STATES.length] ?? 'fresh',
  atMs: BEGAN_MS - n * 137,
  text: `{"order":${100_000 + n},"city":"Oslo","total":${(n * 7) % 1_000}}`,
}));

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'id',
    title: 'Message',
    width: 'minmax(200px, 2fr)',
    cell: (row) => <a href={`#/${row.id}`}>{row.id}</a>,
  },
  {
    id: 'offset',
    title: 'Offset',
    isNumber: true,
    sort: (row) => row.offset,
    cell: (row) => <Count value={row.offset} />,
  },
  {
    id: 'state',
    title: 'State',
    sort: (row) => row.state,
    cell: (row) => <StateBadge state={row.state} />,
  },
  { id: 'kind', title: 'Kind', cell: () => <Badge>order</Badge> },
  { id: 'at', title: 'Appended', isNumber: true, cell: (row) => <FromNow atMs={row.atMs} /> },
  {
    id: 'text',
    title: 'Payload',
    width: 'minmax(200px, 3fr)',
    cell: (row) => <code>{row.text}</code>,
  },
];

function RowsPage() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <Panel title="100,000 rows" isFlush>
      <Table
        label="Rows"
        rows={ROWS}
        columns={COLUMNS}
        keyOf={(row) => row.id}
        selected={selected}
        onSelect={setSelected}
        height="760px"
      />
    </Panel>
  );
}

const root = document.getElementById('app');
if (root !== null) render(<RowsPage />, root);
