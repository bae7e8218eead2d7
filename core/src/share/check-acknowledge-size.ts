// How much one Acknowledge request may ask for, over all its items: checked before the first of them is carried out.

import { LIMITS } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import { runLength } from './run.ts';

interface Range {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/**
 * Refused with LIMIT_EXCEEDED where the items name too many offsets. One that is inverted, or longer than any lease,
 * is answered as a whole and counts as one. [L-37]
 */
export function checkAcknowledgeSize(items: readonly Range[]): Refused | undefined {
  let offsets = 0;
  for (const { firstOffset, lastOffset } of items) {
    const length = runLength({ first: firstOffset, last: lastOffset });
    offsets += length > 0 && length <= LIMITS.receiveMessagesMax ? length : 1;
  }
  const limit = LIMITS.acknowledgeOffsetsMax;
  if (offsets <= limit) return undefined;
  const message = `The items name ${offsets} offsets; a request may name at most ${limit}.`;
  return refuse('LIMIT_EXCEEDED', message, { field: 'items', limit: `${limit} offsets` });
}
