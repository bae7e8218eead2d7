// Why a transaction is refused: which part of the request, and what stands against it. What is wrong with the request
// or a batch keeps its own code; what became of a lease, a claim or a membership meanwhile is a conflict.

import type { ErrorName, MillraceError } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';

const KEPT: ReadonlySet<ErrorName> = new Set(['INVALID_REQUEST', 'LIMIT_EXCEEDED']);
const OF_GROUP: ReadonlySet<ErrorName> = new Set(['UNKNOWN_GROUP', 'GROUP_KIND_MISMATCH']);

/** Nothing of the transaction was done, because of this part of it. [L-101] */
export function conflict(field: string, cause: ErrorName, text: string): Refused {
  return refuse('TRANSACTION_CONFLICT', `${cause} in ${field}: ${text}`, { field });
}

/** The refusal of a part, told of the whole. `group` is the field that holds the part's group. */
export function refusalOf(field: string, group: string, error: MillraceError): Refused {
  const { code, message, detail } = error;
  if (OF_GROUP.has(code)) return refuse(code, message, { field: group });
  if (!KEPT.has(code)) return conflict(field, code, message);
  const inner = detail.field === undefined ? field : `${field}.${detail.field}`;
  return refuse(code, message, { ...detail, field: inner });
}

/** What stands against a change is told by its own error: the caller asked about these very messages. [L-107] */
export function changeRefusalOf(field: string, { code, message, detail }: MillraceError): Refused {
  const inner = detail.field === undefined ? field : `${field}.${detail.field}`;
  return refuse(code, message, { ...detail, field: inner });
}

/** A batch is refused as Produce would refuse it; that its partition ends elsewhere is a conflict. [G-61] */
export function batchRefusalOf(field: string, { code, message, detail }: MillraceError): Refused {
  if (code === 'OFFSET_MISMATCH') return conflict(field, code, message);
  return refuse(code, message, { ...detail, field });
}
