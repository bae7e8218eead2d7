// Turns what the protocol package throws about bad bytes into a value: in the core such errors are values.

import { MillraceError } from '@millrace/protocol';

/** What `read` gives, or its MillraceError. Anything else that it throws is a fault of ours and goes on up. */
export function attempt<T>(read: () => T): T | MillraceError {
  try {
    return read();
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
}
