// Which rows of a long list are in sight, so that only those are in the document. Rows are of one height.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Virtual {
  readonly items: readonly VirtualItem[];
  readonly totalPx: number;
  readonly scrollTo: (index: number) => void;
}

interface VirtualOptions {
  readonly count: number;
  readonly rowPx: number;
  readonly scroller: { readonly current: HTMLElement | null };
  /** Above the rows, inside of what scrolls. */
  readonly headPx: number;
}

const OVERSCAN = 8;

export function useVirtual({ count, rowPx, scroller, headPx }: VirtualOptions): Virtual {
  const [, redraw] = useState(0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollPaddingStart: headPx,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw((before) => before + 1),
  };
  const held = useRef<Virtualizer<HTMLElement, HTMLElement>>(null);
  held.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const virtualizer = held.current;
  virtualizer.setOptions(options);
  // What adapters of this library to a framework call by these names.
  useEffect(() => virtualizer['_didMount'](), [virtualizer]);
  useLayoutEffect(() => virtualizer['_willUpdate']());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx]);
  return {
    items: virtualizer.getVirtualItems(),
    totalPx: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}
