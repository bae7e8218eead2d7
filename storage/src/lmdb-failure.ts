// What a failed LMDB commit means. LMDB writes its head only after all pages were flushed, so a commit that failed
// before that left nothing behind. But a process in which a write of LMDB failed must not go on: see docs/adr/0244-*.md.

import { constants } from 'node:os';
import { CommitAbortedError, FlushUnknownError } from './errors.ts';

const MDB_MAP_FULL = -30_792;
const MDB_TXN_FULL = -30_788;

const REFUSED = new Set<number | undefined>([constants.errno.ENOMEM, MDB_TXN_FULL]);

export interface FailedCommit {
  /** As lmdb-js rejects: an error whose `commitError` promise rejects with LMDB's own. */
  readonly error: unknown;
  /** False: LMDB refuses to go on, since it failed while writing its head. */
  readonly stillReads: boolean;
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
  if (code === MDB_MAP_FULL) {
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
