// Full collections of garbage at a steady pace, in the server and here. V8 puts them off as long as there is room, so that a
// heap says nothing of what is held until it is full; after one of these it says just that. They change nothing else.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const EVERY_MS = 15_000;
const COLLECT = `setInterval(gc, ${EVERY_MS}).unref()`;

/** Options of node for a process that collects; its threads do so too. */
export const COLLECTING_FLAGS: readonly string[] = [
  '--expose-gc',
  '--import',
  `data:text/javascript,${encodeURIComponent(COLLECT)}`,
];

/** This process collects from now on, until the function returned is called. */
export function collectHere(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const timer = setInterval(collect, EVERY_MS);
  return () => clearInterval(timer);
}
