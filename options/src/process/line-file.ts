// A file that lines are appended to, beside the log: written through the thread pool, opened again when somebody has moved
// it away. It knows nothing of what the lines say.

import { closeSync, openSync } from 'node:fs';
import { destination } from 'pino';
import { StartError } from './exit-codes.ts';

export interface LineFile {
  write(line: string): void;
  /** Another file of the same name from now on: the old one was moved away. */
  reopen(): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

const OWNER_ONLY = 0o600;
/** A disk that takes nothing costs us at most this many bytes of waiting lines; further ones are dropped, and told. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** `flag`: the option that names it. Throws StartError `badOption`. Faults afterwards go to `onFault`. */
export function openLineFile(
  flag: string,
  path: string,
  onFault: (error: Error) => void,
): LineFile {
  try {
    closeSync(openSync(path, 'a', OWNER_ONLY));
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new StartError('badOption', `${flag}: ${path} cannot be written (${code}).`);
  }
  const stream = destination({
    dest: path,
    append: true,
    sync: false,
    mode: OWNER_ONLY,
    maxLength: WAITING_BYTES_MAX,
  });
  stream.on('error', onFault);
  stream.on('drop', () => onFault(new Error('Lines were dropped: the file takes none.')));
  return {
    write: (line) => void stream.write(line),
    reopen: () => stream.reopen(),
    close: () =>
      new Promise((resolve) => {
        stream.once('close', () => resolve());
        stream.once('error', () => resolve());
        stream.end();
      }),
  };
}
