// APIs that are declared and not built yet: they answer UNKNOWN_API.

import { MillraceError } from '@millrace/protocol';
import type { Handlers } from './handler.ts';

type Pending = 'InitProducer';

function notYet(): never {
  throw new MillraceError('UNKNOWN_API');
}

export const PENDING: Pick<Handlers, Pending> = {
  InitProducer: notYet,
};
