// What a table shows: its columns, and the order of its rows by one of them.
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly id: string;
  /** Empty: a column of buttons. */
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** What rows are ordered by; without it the column has no order. Null is always last. */
  readonly sort?: (row: Row) => string | number | null;
  /** Numbers stand at the end of their column. */
  readonly isNumber?: boolean;
  /** As of CSS grid: `120px`, `minmax(140px, 2fr)`. Default: `minmax(80px, 1fr)`. */
  readonly width?: string;
  /** False: not shown where the page is narrower than 860 px. */
  readonly onPhone?: boolean;
}

export interface Order {
  readonly column: string;
  readonly isDescending: boolean;
}

/** `lag` or `-lag`, as it stands in an address. */
export function orderOf(text: string | null | undefined): Order | undefined {
  if (text === null || text === undefined || text === '') return undefined;
  const isDescending = text.startsWith('-');
  return { column: isDescending ? text.slice(1) : text, isDescending };
}

export function orderText({ column, isDescending }: Order): string {
  return isDescending ? `-${column}` : column;
}

export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | undefined,
): readonly Row[] {
  const sort = columns.find(({ id }) => id === order?.column)?.sort;
  if (order === undefined || sort === undefined) return rows;
  const sign = order.isDescending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sort(row) }));
  keyed.sort((a, b) => compare(a.key, b.key, sign));
  return keyed.map(({ row }) => row);
}

type Key = string | number | null;

function compare(a: Key, b: Key, sign: number): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** The least that these columns take, px: what is narrower scrolls sideways. */
export function leastWidthPx(widths: readonly string[]): number {
  return widths.reduce((sum, width) => sum + Number(/(\d+)px/.exec(width)?.[1] ?? 0), 0);
}

/** After a press on the title of a column: of numbers the largest first, and the other way round when pressed again. */
export function nextOrder<Row>(
  columns: readonly Column<Row>[],
  order: Order | undefined,
  column: string,
): Order {
  const isNumber = columns.find(({ id }) => id === column)?.isNumber === true;
  return { column, isDescending: order?.column === column ? !order.isDescending : isNumber };
}
