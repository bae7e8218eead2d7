// The public surface of @millrace/storage.
export { type CommitStats, Committer, type CommitterOptions } from './committer.ts';
export type {
  PlainValue,
  RangeQuery,
  Store,
  StoredRow,
  StoreReader,
  StoreUsage,
  StoreWrite,
} from './contract.ts';
export { type DataDirectory, openDataDirectory } from './data-directory.ts';
export {
  type AbortReason,
  CommitAbortedError,
  type DataDirectoryCode,
  DataDirectoryError,
  FlushUnknownError,
  type StorageFormatCode,
  StorageFormatError,
} from './errors.ts';
export { FORMAT_VERSION } from './format.ts';
export { foldJournal } from './journal/fold-journal.ts';
export { openStore, type StoreOptions } from './journal/open-store.ts';
export type { JournalTail } from './journal/see-journal.ts';
export { type Key, type KeyPart, TABLES, type TableName, type TableSpec } from './keys.ts';
export { STORAGE_LIMITS } from './limits.ts';
export type { SyncMode } from './lmdb-environment.ts';
export { type LmdbStore, type LmdbStoreOptions, openLmdbStore } from './lmdb-store.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export { openSnapshot, type ScannedRow, type Snapshot } from './snapshot.ts';
