// How a program is started that is not to outlive its starter, not even where that is killed. Its standard input belongs to
// this: it is a pipe that ends with the starter.

/** Options of node, for a program whose standard input is a pipe. Programs are run as they are built. */
export const TIED_NODE_FLAGS: readonly string[] = [
  '--import',
  new URL('../dist/end-with-starter.js', import.meta.url).href,
];
