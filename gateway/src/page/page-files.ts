// Where the files of the web page are, if they were built. Nothing of them is loaded as code: they are for browsers.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Two levels above sources and built code alike. */
const BUILT = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url));

/** The directory of built files; undefined: there is no page. */
export function pageDirectory(directory = BUILT): string | undefined {
  return existsSync(`${directory}/index.html`) ? directory : undefined;
}
