// What the link itself refuses requests with. Nothing else.

import { MillraceError } from '@millrace/protocol';

export function tooManyQueued(max: number): MillraceError {
  const text = 'Too many requests wait for room, or for a connection.';
  return new MillraceError('LIMIT_EXCEEDED', text, {
    field: 'maxQueued',
    limit: `${max} requests`,
  });
}

export function notSentInTime(): MillraceError {
  const text = 'The request was not sent in time: too many others wait for replies.';
  return new MillraceError('DEADLINE_EXCEEDED', text);
}
