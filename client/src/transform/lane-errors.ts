// Why the transactions of a partition end. Nothing else.

import { MillraceError } from '@millrace/protocol';
import type { Holder } from '../consumer/commits.ts';

export function partitionLost({ topicId, partition }: Holder): MillraceError {
  const text = `Partition ${partition} of topic ${topicId} is no longer this transformer's.`;
  return new MillraceError('FENCED_MEMBER_EPOCH', text);
}

export function laneClosed(): MillraceError {
  return new MillraceError('CLIENT_CLOSED', 'The transformer closes.');
}

/** To join anew is the one way to learn what became of it: what was committed is where reading goes on. */
export function unresolved(cause: MillraceError): MillraceError {
  const text = 'The outcome of a transaction could not be learnt while the broker keeps it.';
  return new MillraceError('FENCED_MEMBER_EPOCH', text, {}, { cause });
}
