// A diary in a file: every line is the system's before anything else happens, so it outlives the process.
import { openSync, writeSync } from 'node:fs';

/**
 * @param {string} path one file a process
 * @returns {import('./recorder.mjs').Diary}
 */
export function fileDiary(path) {
  const file = openSync(path, 'a');
  return {
    nowUs: () => Number(process.hrtime.bigint() / 1_000n),
    write: (line) => {
      writeSync(file, `${JSON.stringify(line)}\n`);
    },
  };
}
