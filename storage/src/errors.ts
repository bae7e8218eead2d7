// The operational errors of the storage package. Their `code` tells them apart; none of them is a bug.

/** Why a commit was aborted: no space left, a write that can never be stored, or a failed write with nothing applied. */
export type AbortReason = 'full' | 'invalid' | 'io';

/** Nothing of the commit was applied, and nothing will be. The caller may try again. */
export class CommitAbortedError extends Error {
  override readonly name = 'CommitAbortedError';
  readonly code = 'COMMIT_ABORTED';
  readonly reason: AbortReason;

  constructor(reason: AbortReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Nobody can tell whether the commit is on the disk. The process has to end; the next start finds out. */
export class FlushUnknownError extends Error {
  override readonly name = 'FlushUnknownError';
  readonly code = 'FLUSH_UNKNOWN';
}

export type StorageFormatCode =
  | 'FORMAT_TOO_NEW'
  | 'FORMAT_TOO_OLD'
  | 'FORMAT_UNKNOWN'
  | 'JOURNAL_DAMAGED';

/** The data file was written by another version, or is not ours; or its journal lacks what it must hold. */
export class StorageFormatError extends Error {
  override readonly name = 'StorageFormatError';
  readonly code: StorageFormatCode;

  constructor(code: StorageFormatCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type DataDirectoryCode = 'NOT_WRITABLE' | 'NOT_A_DIRECTORY' | 'LOCKED' | 'UNUSABLE';

/** The data directory cannot be opened. The message is one line for the operator. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code: DataDirectoryCode;
  /** With `LOCKED`: the process that holds the directory, where it is known. */
  readonly pid: number | undefined;

  constructor(code: DataDirectoryCode, message: string, options?: ErrorOptions & { pid?: number }) {
    super(message, options);
    this.code = code;
    this.pid = options?.pid;
  }
}
