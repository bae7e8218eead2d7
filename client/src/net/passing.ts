// Which errors pass by themselves: loops that never give up go on after these, and end with all others.

import type { ErrorName, MillraceError } from '@millrace/protocol';

const PASSING: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'CONNECTION_LOST',
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
]);

export function isPassing(error: MillraceError): boolean {
  return error.action === 'retry' || PASSING.has(error.code);
}
