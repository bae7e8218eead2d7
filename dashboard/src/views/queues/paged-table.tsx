// A table of messages that come in pages, where a row opens its message.
import type { ComponentChildren } from 'preact';
import type { Column, Order } from '../../components/columns.ts';
import { More } from '../../components/more.tsx';
import { Table } from '../../components/table.tsx';
import { setQuery } from '../../shell/router.ts';
import type { Pages } from './pages.ts';

interface PagedTableProps<T> {
  readonly label: string;
  readonly list: Pages<T>;
  readonly items: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly order?: Order;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  readonly empty?: ComponentChildren;
  /** One of them: `message`. */
  readonly one: string;
}

export function PagedTable<T extends { readonly id: string }>(props: PagedTableProps<T>) {
  const { list, items, one, ...table } = props;
  return (
    <Table
      {...table}
      rows={items}
      keyOf={({ id }) => id}
      onOpen={({ id }) => setQuery({ open: id })}
      foot={
        <More
          shown={items.length}
          hasMore={list.hasMore}
          isLoading={list.isLoading}
          problem={list.problem}
          onMore={list.more}
          one={one}
        />
      }
    />
  );
}
