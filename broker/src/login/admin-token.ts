// The token of the built-in superuser, in a file of the data directory: made at the first start, kept over restarts, for
// whoever may read the directory. It is in no store, backup, log or metric.

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_USERS } from '@millrace/core';
import { type Log, StartError } from '@millrace/options';
import { type BuiltInToken, hashToken, makeToken, parseToken } from '../security/tokens.ts';

export const ADMIN_TOKEN_FILE = 'admin.token';
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const BYTES_MAX = 4_096;

/** Throws StartError. The directory is locked by this process. */
export function ensureAdminToken(directory: string, log: Log): BuiltInToken {
  const path = join(directory, ADMIN_TOKEN_FILE);
  try {
    const token = readToken(path, log) ?? writeToken(path, log);
    return { user: BUILT_IN_USERS.admin, hash: hashToken(token) };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    const message = `${path} cannot be read or written (${code}).`;
    throw new StartError('dataNotWritable', message, { cause: error });
  }
}

/** Undefined where there is no file. A link is not followed: it could lead to what others may read. */
function readToken(path: string, log: Log): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { mode, size } = fstatSync(file);
    const text = size > BYTES_MAX ? '' : readFileSync(file, 'utf8').trim();
    if (parseToken(text)?.tokenId !== BUILT_IN_USERS.admin) {
      const message = `${path} does not hold the administrator's token: delete it, and the next start makes a new one.`;
      throw new StartError('foreignData', message);
    }
    if ((mode & OTHERS) !== 0) {
      fchmodSync(file, OWNER_ONLY);
      log.warn(
        { event: 'admin_token_exposed', path },
        'Others could read the administrator’s token; now they cannot.',
      );
    }
    return text;
  } finally {
    closeSync(file);
  }
}

/** Under another name first: who finds the file finds all of it. */
function writeToken(path: string, log: Log): string {
  const { token } = makeToken(BUILT_IN_USERS.admin);
  const part = `${path}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = openSync(part, flags, OWNER_ONLY);
  try {
    fchmodSync(file, OWNER_ONLY);
    writeSync(file, `${token}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  log.info(
    { event: 'admin_token_made', path },
    'The administrator’s token was made: who shows it may do everything.',
  );
  return token;
}
