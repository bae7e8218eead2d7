// Receipts of REST: a native receipt with the name of its group before it, so that one text says all.

import { MillraceError } from '@millrace/protocol';

/** Never part of a name. */
const SEPARATOR = ':';

export function receiptText(group: string, receipt: string): string {
  return `${group}${SEPARATOR}${receipt}`;
}

export interface NamedReceipt {
  readonly group: string;
  readonly receipt: string;
}

/** A native receipt needs a group beside it. Throws INVALID_REQUEST. */
export function parseReceiptText(text: string, group: string | undefined): NamedReceipt {
  const at = text.indexOf(SEPARATOR);
  const named = at < 0 ? undefined : text.slice(0, at);
  if (named !== undefined && group !== undefined && named !== group) {
    const reason = `The receipt is of group '${named}', not of '${group}'.`;
    throw new MillraceError('INVALID_REQUEST', reason, { field: 'receipt' });
  }
  const known = named ?? group;
  if (known === undefined) {
    const reason = 'The receipt does not name its group: give `group`.';
    throw new MillraceError('INVALID_REQUEST', reason, { field: 'group' });
  }
  return { group: known, receipt: text.slice(at + 1) };
}
