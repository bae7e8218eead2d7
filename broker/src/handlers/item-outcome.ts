// Batch replies carry an outcome an item: this turns what an item throws into its outcome.

import { MillraceError, NO_ERROR } from '@millrace/protocol';

export interface ItemOutcome {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

export const ITEM_OK: ItemOutcome = { errorCode: NO_ERROR, errorMessage: null };

/** The outcome of a refused item. Anything but a refusal is a fault of ours and goes on up. */
export function itemError(error: unknown): ItemOutcome {
  if (!(error instanceof MillraceError)) throw error;
  return { errorCode: error.number, errorMessage: error.message };
}
