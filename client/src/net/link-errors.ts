// What the link itself refuses requests with, and which refusals are about who the client is.

import { type ErrorName, MillraceError } from '@millrace/protocol';

const LOGIN_REFUSALS: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'AUTHENTICATION_REQUIRED',
  'AUTHENTICATION_FAILED',
  'NOT_AUTHORIZED',
]);

/** The broker answers, and does not let this client in: trying again alone does not help. */
export function isLoginRefusal(error: MillraceError): boolean {
  return LOGIN_REFUSALS.has(error.code);
}

/** Of a request that had no connection until its deadline. `cause` is why the newest attempt failed. */
export function notReachable(cause: MillraceError | undefined, reasons?: string): MillraceError {
  const why = reasons ?? cause?.message ?? 'the connection was lost';
  if (cause !== undefined && isLoginRefusal(cause)) {
    return new MillraceError(cause.code, why, cause.detail, { cause });
  }
  const text = `The broker is not reachable (${why}). Is it running?`;
  return new MillraceError('CONNECTION_LOST', text, {}, { cause });
}

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
