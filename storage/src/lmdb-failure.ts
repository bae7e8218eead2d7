// What a failed LMDB commit means. LMDB writes its head only after all pages were flushed, so a commit that failed
// before that left nothing behind; but it says neither where it failed nor, for a short write, why.

import { constants } from 'node:os';
import { CommitAbortedError, FlushUnknownError } from './errors.ts';

const { EDQUOT, EFBIG, EIO, ENOMEM, ENOSPC } = constants.errno;
const MDB_MAP_FULL = -30_792;
const MDB_TXN_FULL = -30_788;

const FULL = new Set<number | undefined>([ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL]);
const REFUSED = new Set<number | undefined>([ENOMEM, MDB_TXN_FULL]);

/** Pages a commit may write besides its values. */
const OVERHEAD_BYTES = 1024 * 1024;

export interface FailedCommit {
  /** As lmdb-js rejects: an error whose `commitError` promise rejects with LMDB's own. */
  readonly error: unknown;
  /** Bytes of the commit's keys and values. */
  readonly bytes: number;
  /** False: LMDB refuses to go on, since it failed while writing its head. */
  readonly stillReads: boolean;
  /** Bytes free in the file system. */
  readonly fileSystemFreeBytes: number;
}

export async function explainFailure(
  failed: FailedCommit,
): Promise<CommitAbortedError | FlushUnknownError> {
  const cause = await causeOf(failed.error);
  const { code } = cause as { code?: number };
  const message = cause.message;
  if (!failed.stillReads) {
    return new FlushUnknownError(`the head of the data file was not written: ${message}`, {
      cause,
    });
  }
  // LMDB reports a write that stopped half-way as EIO; with a full disk that is what happened.
  const isShortWrite =
    code === EIO && failed.fileSystemFreeBytes < 2 * failed.bytes + OVERHEAD_BYTES;
  if (FULL.has(code) || isShortWrite) {
    return new CommitAbortedError('full', `no space for a commit: ${message}`, { cause });
  }
  if (REFUSED.has(code)) {
    return new CommitAbortedError('io', `a commit was refused: ${message}`, { cause });
  }
  return new FlushUnknownError(`a commit failed on its way to the disk: ${message}`, { cause });
}

async function causeOf(error: unknown): Promise<Error> {
  try {
    await (error as { commitError?: Promise<never> }).commitError;
  } catch (cause) {
    return cause as Error;
  }
  return error instanceof Error ? error : new Error(String(error));
}
