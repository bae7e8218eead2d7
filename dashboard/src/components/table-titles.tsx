// The titles of a table: its columns, which of them rows are ordered by, and the box that selects them all.
import type { ComponentChildren } from 'preact';
import type { Column, Order } from './columns.ts';
import { Icon } from './icon.tsx';

interface TitlesProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly order: Order | undefined;
  readonly onOrder: (column: string) => void;
  readonly selectAll: ComponentChildren;
}

export function Titles<Row>({ columns, order, onOrder, selectAll }: TitlesProps<Row>) {
  return (
    <div class="table-titles" role="row" aria-rowindex={1}>
      {selectAll}
      {columns.map((column) => (
        <Title key={column.id} column={column} order={order} onPress={() => onOrder(column.id)} />
      ))}
    </div>
  );
}

interface TitleProps<Row> {
  readonly column: Column<Row>;
  readonly order: Order | undefined;
  readonly onPress: () => void;
}

function Title<Row>({ column, order, onPress }: TitleProps<Row>) {
  const isOrdered = order?.column === column.id;
  const direction = order?.isDescending === true ? 'descending' : 'ascending';
  return (
    <div
      class="table-title"
      role="columnheader"
      data-end={column.isNumber === true ? '' : undefined}
      aria-sort={isOrdered ? direction : undefined}
    >
      {column.title === '' ? (
        <span class="unseen">Actions</span>
      ) : column.sort === undefined ? (
        column.title
      ) : (
        <button type="button" class="table-sort" onClick={onPress}>
          {column.title}
          {isOrdered ? <Icon shape={direction === 'descending' ? 'down' : 'up'} /> : null}
        </button>
      )}
    </div>
  );
}

interface SelectAllProps<Row> {
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (keys: ReadonlySet<string>) => void;
}

/** Asks rows for their keys only when it is pressed: this is drawn anew with every step of scrolling. */
export function SelectAll<Row>({ rows, keyOf, selected, onSelect }: SelectAllProps<Row>) {
  const isAll = rows.length > 0 && selected.size >= rows.length;
  return (
    <div class="table-title" role="columnheader">
      <input
        type="checkbox"
        aria-label="Select all"
        checked={isAll}
        indeterminate={!isAll && selected.size > 0}
        onChange={() => onSelect(new Set(isAll ? [] : rows.map(keyOf)))}
      />
    </div>
  );
}
