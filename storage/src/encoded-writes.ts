// The writes of one commit as bytes, encoded before anything is applied: after this no write of it can be refused.

import type { StoreWrite } from './contract.ts';
import { CommitAbortedError } from './errors.ts';
import { type PackedKey, packKey } from './key-codec.ts';
import { encodeValue } from './values.ts';

export interface EncodedWrite {
  readonly key: PackedKey;
  /** Undefined: delete. */
  readonly value: Uint8Array | undefined;
}

/** @throws CommitAbortedError `invalid` when a write can never be stored; that is a bug of the caller. */
export function encodeWrites(writes: readonly StoreWrite[]): EncodedWrite[] {
  try {
    return writes.map(({ table, key, value }) => ({
      key: packKey(table, key),
      value: value === undefined ? undefined : encodeValue(table, value),
    }));
  } catch (error) {
    const cause = error as Error;
    throw new CommitAbortedError('invalid', `a write cannot be stored: ${cause.message}`, {
      cause,
    });
  }
}
