// The keys of a table: along its rows, to open one and to select it.

import { rowPx } from './screen.ts';
import type { Virtual } from './virtual.ts';

interface KeySources<Row> {
  readonly ordered: readonly Row[];
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly virtual: Virtual;
  readonly scroller: { readonly current: HTMLElement | null };
  readonly onOpen: ((row: Row) => void) | undefined;
  /** Undefined where rows cannot be selected. */
  readonly onToggle: ((row: Row) => void) | undefined;
}

/** What the scrolling part of a table does with a key. */
export function keyHandler<Row>(sources: KeySources<Row>) {
  const { ordered, active, setActive, virtual, scroller, onOpen, onToggle } = sources;
  return (event: KeyboardEvent) => {
    const target = event.target as Element;
    if (target !== event.currentTarget && !target.matches('.table-row')) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx.peek()) - 2);
    const next = targetOf(event.key, active, page, ordered.length);
    if (next !== undefined) {
      event.preventDefault();
      setActive(next);
      virtual.scrollTo(next);
      focusRow(scroller.current, next);
      return;
    }
    const row = ordered[active];
    if (row === undefined) return;
    if (event.key === 'Enter' && onOpen !== undefined) {
      event.preventDefault();
      onOpen(row);
    } else if (event.key === ' ' && onToggle !== undefined) {
      event.preventDefault();
      onToggle(row);
    }
  };
}

function targetOf(key: string, active: number, page: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    j: active + 1,
    k: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

/** The row may come into the document only after it was scrolled to. */
function focusRow(scroller: HTMLElement | null, index: number): void {
  let tries = 0;
  const attempt = () => {
    const row = scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (row !== null && row !== undefined) row.focus({ preventScroll: true });
    else if (tries < 10) {
      tries += 1;
      requestAnimationFrame(attempt);
    }
  };
  requestAnimationFrame(attempt);
}
