// A table of any length: only the rows in sight are in the document. By keyboard: arrows, Page Up and Down, Home, End;
// Enter opens, Space selects.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { type Column, inOrder, leastWidthPx, nextOrder, type Order } from './columns.ts';
import { isNarrow, rowPx } from './screen.ts';
import { keyHandler } from './table-keys.ts';
import { SelectAll, Titles } from './table-titles.tsx';
import { useVirtual } from './virtual.ts';

export interface TableProps<Row> {
  /** What is listed, for those who do not see it. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** Enter, or a click on the row. Give the first cell a link too where it leads to another view. */
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** With it, rows can be selected: the keys of those that are. */
  readonly selected?: ReadonlySet<string> | undefined;
  readonly onSelect?: ((keys: ReadonlySet<string>) => void) | undefined;
  /** The order at first. Default: as the rows come. */
  readonly order?: Order | undefined;
  /** Where the order is kept elsewhere, as in the address. */
  readonly onOrder?: ((order: Order) => void) | undefined;
  /** The highest it may be, of CSS. Default `64vh`. */
  readonly height?: string | undefined;
  /** In place of the rows where there are none. */
  readonly empty?: ComponentChildren;
  readonly foot?: ComponentChildren;
}

const HEAD_PX = 32;
const DEFAULT_WIDTH = 'minmax(80px, 1fr)';
const DEFAULT_HEIGHT = '64vh';
/** Of the column of boxes that select. */
const BOX_WIDTH = '44px';

export function Table<Row>(props: TableProps<Row>) {
  const { rows, columns, keyOf, selected, onSelect, height, empty, foot } = props;
  const { order, ordered, orderBy } = useOrder(props);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({
    count: ordered.length,
    rowPx: rowPx.value,
    scroller,
    headPx: HEAD_PX,
  });
  const [active, setActive] = useState(0);
  const isSelectable = selected !== undefined && onSelect !== undefined;
  const shown = columns.filter(({ onPhone }) => onPhone !== false || !isNarrow.value);
  const toggle = (row: Row) => onSelect?.(toggled(selected, keyOf(row)));
  const { onOpen } = props;
  const onToggle = isSelectable ? toggle : undefined;
  const keys = { ordered, active, setActive, virtual, scroller, onOpen, onToggle };
  if (rows.length === 0 && empty !== undefined) return <div class="table">{empty}</div>;
  return (
    <div class="table">
      <div
        class="table-scroll"
        ref={scroller}
        style={styleOf(shown, isSelectable, height)}
        role="grid"
        aria-label={props.label}
        aria-rowcount={ordered.length + 1}
        aria-multiselectable={isSelectable ? true : undefined}
        tabIndex={-1}
        onKeyDown={keyHandler(keys)}
      >
        <Titles
          columns={shown}
          order={order}
          onOrder={orderBy}
          selectAll={
            isSelectable ? (
              <SelectAll rows={ordered} keyOf={keyOf} selected={selected} onSelect={onSelect} />
            ) : null
          }
        />
        <div class="table-rows" role="rowgroup" style={{ height: `${virtual.totalPx}px` }}>
          {virtual.items.map(({ index, start }) => {
            const row = ordered[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <TableRow
                key={key}
                row={row}
                name={key}
                index={index}
                startPx={start}
                columns={shown}
                isLast={index === ordered.length - 1}
                isActive={index === Math.min(active, ordered.length - 1)}
                isSelected={isSelectable ? selected.has(key) : undefined}
                onToggle={() => toggle(row)}
                onFocus={() => setActive(index)}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      </div>
      {foot === undefined ? null : <div class="table-foot">{foot}</div>}
    </div>
  );
}

/** The rows in the order that was chosen last, here or where it is kept. */
function useOrder<Row>({ rows, columns, order: given, onOrder }: TableProps<Row>) {
  const [own, setOwn] = useState<Order | undefined>(given);
  const order = onOrder === undefined ? own : given;
  const ordered = useMemo(() => inOrder(rows, columns, order), [rows, columns, order]);
  const orderBy = (column: string) => (onOrder ?? setOwn)(nextOrder(columns, order, column));
  return { order, ordered, orderBy };
}

function styleOf<Row>(
  columns: readonly Column<Row>[],
  isSelectable: boolean,
  height = DEFAULT_HEIGHT,
): Record<string, string> {
  const widths = columns.map(({ width }) => width ?? DEFAULT_WIDTH);
  const all = isSelectable ? [BOX_WIDTH, ...widths] : widths;
  return {
    '--columns': all.join(' '),
    '--columns-min': `${leastWidthPx(all)}px`,
    '--table-height': height,
  };
}

interface TableRowProps<Row> {
  readonly row: Row;
  readonly name: string;
  readonly index: number;
  readonly startPx: number;
  readonly columns: readonly Column<Row>[];
  readonly isLast: boolean;
  readonly isActive: boolean;
  /** Undefined: rows cannot be selected. */
  readonly isSelected: boolean | undefined;
  readonly onToggle: () => void;
  readonly onFocus: () => void;
  readonly onOpen: ((row: Row) => void) | undefined;
}

function TableRow<Row>(props: TableRowProps<Row>) {
  const { row, name, index, columns, isSelected, onToggle, onOpen } = props;
  return (
    <div
      class="table-row"
      role="row"
      data-index={index}
      data-last={props.isLast ? '' : undefined}
      data-opens={onOpen === undefined ? undefined : ''}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      tabIndex={props.isActive ? 0 : -1}
      style={{ transform: `translateY(${props.startPx}px)` }}
      onFocus={props.onFocus}
      onClick={(event) => openByClick(event, () => onOpen?.(row))}
    >
      {isSelected === undefined ? null : (
        <div class="table-cell" role="gridcell">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={`Select ${name}`}
            checked={isSelected}
            onChange={onToggle}
          />
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column.id}
          class="table-cell"
          role="gridcell"
          data-end={column.isNumber === true ? '' : undefined}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}

function toggled(selected: ReadonlySet<string> | undefined, key: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** A click on a control in the row is the control's; so is one that ends a selection of text. */
function openByClick(event: MouseEvent, open: () => void): void {
  const target = event.target as Element;
  if (target.closest('a, button, input, label, select') !== null) return;
  if (String(getSelection()) !== '') return;
  open();
}
