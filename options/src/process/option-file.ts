// A file that an option names, read whole. What is wrong with it is said without what is in it.

import { readFileSync } from 'node:fs';
import { StartError } from './exit-codes.ts';

/** Throws StartError `badOption`. */
export function readOptionFile(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new StartError('badOption', `${flag}: ${path} cannot be read (${code}).`);
  }
}
