// Handlers of APIs that are declared and not built yet.

import { MillraceError } from '@millrace/protocol';

function pending(): never {
  throw new MillraceError('UNKNOWN_API', 'This API is not built yet.');
}

export const PENDING = {
  ListMessages: pending,
  ChangeMessages: pending,
  GetMessage: pending,
};
