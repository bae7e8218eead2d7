// A file that only its owner may read, for a secret that is shown once. It is made before the secret is, so that one that
// cannot be kept is never made.

import { open, rm } from 'node:fs/promises';
import { CliError } from '../errors/cli-error.ts';

export interface SecretFile {
  readonly path: string;
  /** The secret as the file's one line. */
  keep(secret: string): Promise<void>;
  /** There is no secret: the file goes. */
  discard(): Promise<void>;
}

/** Throws where something is there already, or nothing can be. */
export async function newSecretFile(path: string): Promise<SecretFile> {
  try {
    const file = await open(path, 'wx', 0o600);
    return {
      path,
      keep: async (secret) => {
        await file.write(`${secret}\n`);
        await file.sync();
        await file.close();
      },
      discard: async () => {
        await file.close();
        await rm(path);
      },
    };
  } catch (error) {
    const { code = 'SYSTEM' } = error as NodeJS.ErrnoException;
    const isThere = code === 'EEXIST';
    const why = isThere ? 'it exists, and is left as it is' : code;
    throw new CliError(isThere ? 'conflict' : 'failed', code, `cannot write ${path}: ${why}`, {
      cause: error,
    });
  }
}

/** Makes the secret, and keeps it where a file is named. */
export async function keptIn<T>(
  path: string | undefined,
  make: () => Promise<T>,
  secretOf: (made: T) => string,
): Promise<T> {
  const file = path === undefined ? undefined : await newSecretFile(path);
  try {
    const made = await make();
    await file?.keep(secretOf(made));
    return made;
  } catch (error) {
    await file?.discard();
    throw error;
  }
}
