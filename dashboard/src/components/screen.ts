// What the page is shown on: how wide, how high a row of a table is, with what it is pointed at.
import { computed, signal } from '@preact/signals';

function matches(query: string) {
  const list = matchMedia(query);
  const value = signal(list.matches);
  list.addEventListener('change', () => {
    value.value = list.matches;
  });
  return value;
}

/** As the style sheets say: the navigation is a drawer, and tables show fewer columns. */
export const isNarrow = matches('(max-width: 860px)');
const isCoarse = matches('(pointer: coarse)');
/** `--row` of the style sheets. */
export const rowPx = computed(() => (isCoarse.value ? 42 : 34));
/** The system's own choice of colours. */
export const isDarkSystem = matches('(prefers-color-scheme: dark)');
