// The version of the layout, stored in the data file and checked at open. It must not read tables it does not know.

import { assert } from './assert.ts';
import type { Store, StoreReader } from './contract.ts';
import { StorageFormatError } from './errors.ts';

/**
 * Raise it with every change of a key or a value that an older broker would misread, and add a migration. 1 and 2
 * were never released: there is none from them. 4: commits may be in a journal beside the file. 5: large batches are in
 * pieces; those from before are whole, and are read as they are.
 */
export const FORMAT_VERSION = 5;

const ROW = ['formatVersion'] as const;

/**
 * Brings a store from the version it stands under to the next. May commit in many slices; a crash lets it start over,
 * so it must not mind what it has done already. The new version is written afterwards.
 */
export type Migration = (store: Store) => Promise<void>;

export type Migrations = Readonly<Record<number, Migration>>;

/** From version -> to the next. */
const MIGRATIONS: Migrations = { 3: async () => undefined, 4: async () => undefined };

/**
 * The version of a store that holds rows.
 * @throws StorageFormatError when there is none, or a newer one than `version`.
 */
export function readFormat(store: StoreReader, version = FORMAT_VERSION): number {
  const found = store.get('meta', ROW);
  if (found === undefined) {
    throw new StorageFormatError('FORMAT_UNKNOWN', 'the data file holds no format version');
  }
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1) {
    throw new StorageFormatError(
      'FORMAT_UNKNOWN',
      'the format version of the data file is no number',
    );
  }
  if (found > version) {
    throw new StorageFormatError(
      'FORMAT_TOO_NEW',
      `the data file has format ${found}, this broker reads up to ${version}: use a newer broker`,
    );
  }
  return found;
}

/** Check the version of a store that holds rows, and migrate it where it is older. @throws StorageFormatError */
export async function checkFormat(
  store: Store,
  version = FORMAT_VERSION,
  migrations = MIGRATIONS,
): Promise<void> {
  let found = readFormat(store, version);
  for (; found < version; found += 1) {
    const migrate = migrations[found];
    if (!migrate) {
      throw new StorageFormatError(
        'FORMAT_TOO_OLD',
        `the data file has format ${found}, this broker reads ${version} and cannot migrate it`,
      );
    }
    await migrate(store);
    await writeFormat(store, found + 1);
  }
  assert(store.get('meta', ROW) === version, 'the store has the version asked for');
}

/** What makes a new store, or a migrated one, a store of this version. */
export async function writeFormat(store: Store, version = FORMAT_VERSION): Promise<void> {
  assert(version >= 1, 'versions count from one');
  await store.commit([{ table: 'meta', key: ROW, value: version }]);
}
