// The code of an error of the broker or the client, without loading either.

import type { ErrorName } from '@millrace/protocol';

export function errorCodeOf(error: unknown): ErrorName | undefined {
  if (!(error instanceof Error) || error.name !== 'MillraceError') return undefined;
  return (error as Error & { readonly code?: ErrorName }).code;
}
