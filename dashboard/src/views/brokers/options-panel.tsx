// The options that a broker runs with: those that were set first, all of them on demand.
import { useState } from 'preact/hooks';
import type { BrokerDescription } from '../../api/shapes.ts';
import { Badge } from '../../components/badge.tsx';
import type { Column } from '../../components/columns.ts';
import { Search } from '../../components/fields.tsx';
import { Empty, Panel } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';

type Option = BrokerDescription['options'][number];

const COLUMNS: readonly Column<Option>[] = [
  {
    id: 'name',
    title: 'Option',
    width: 'minmax(170px, 1fr)',
    sort: ({ name }) => name,
    cell: ({ name }) => <code>{name}</code>,
  },
  {
    id: 'value',
    title: 'Value',
    width: 'minmax(120px, 2fr)',
    cell: ({ value }) => <code title={value}>{value === '' ? '–' : value}</code>,
  },
  {
    id: 'set',
    title: 'From',
    width: '90px',
    cell: ({ isDefault }) =>
      isDefault ? <span class="muted">default</span> : <Badge tone="info">set</Badge>,
  },
];

export function OptionsPanel({ options }: { readonly options: readonly Option[] }) {
  const [text, setText] = useState('');
  const ordered = options.toSorted((a, b) => Number(a.isDefault) - Number(b.isDefault));
  const shown = ordered.filter(({ name, value }) => `${name} ${value}`.includes(text.trim()));
  return (
    <Panel
      title="Options in force"
      about="without secrets"
      isFlush
      actions={<Search label="Filter options" value={text} onInput={setText} />}
    >
      <Table
        label="Options"
        rows={shown}
        columns={COLUMNS}
        keyOf={({ name }) => name}
        height="420px"
        empty={<Empty title="No option has this name" />}
      />
    </Panel>
  );
}
