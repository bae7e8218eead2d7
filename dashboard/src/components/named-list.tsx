// A list of things by their names, in a panel of its own: filtered and ordered by what the address says, so that a link shows
// the same.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { formatMany } from '../format/formats.ts';
import { goTo, place, setQuery } from '../shell/router.ts';
import { Button } from './button.tsx';
import { type Column, orderOf, orderText } from './columns.ts';
import { Search } from './fields.tsx';
import { Empty, Panel } from './page.tsx';
import { Table } from './table.tsx';

interface NamedListProps<T> {
  readonly label: string;
  /** One of them: `queue`. */
  readonly one: string;
  readonly all: readonly T[];
  /** The first is that of the names, and the list is in their order at first. */
  readonly columns: readonly [Column<T>, ...Column<T>[]];
  readonly nameOf: (row: T) => string;
  readonly linkOf: (name: string) => string;
  /** What stands there when there are none at all. */
  readonly none: ComponentChildren;
}

export function NamedList<T>(props: NamedListProps<T>) {
  const { label, one, all, columns, nameOf, linkOf, none } = props;
  const { query } = place.value;
  const filter = query.get('filter') ?? '';
  const rows = useMemo(() => {
    const wanted = filter.toLowerCase();
    return all.filter((row) => nameOf(row).toLowerCase().includes(wanted));
  }, [all, filter, nameOf]);
  return (
    <Panel
      isFlush
      actions={
        <Search
          label="Filter by name"
          value={filter}
          onInput={(value) => setQuery({ filter: value })}
        />
      }
    >
      <Table
        label={label}
        rows={rows}
        columns={columns}
        keyOf={nameOf}
        onOpen={(row) => goTo(linkOf(nameOf(row)))}
        order={orderOf(query.get('order')) ?? { column: columns[0].id, isDescending: false }}
        onOrder={(order) => setQuery({ order: orderText(order) })}
        empty={
          all.length === 0 ? (
            none
          ) : (
            <Empty title={`No ${one} has “${filter}” in its name`}>
              <Button onPress={() => setQuery({ filter: null })}>Show all</Button>
            </Empty>
          )
        }
        foot={formatMany(rows.length, one)}
      />
    </Panel>
  );
}
