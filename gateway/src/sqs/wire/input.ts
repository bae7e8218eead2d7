// What readers of both protocols share: the limits of one request, and how a missing member is refused.

import { SqsError } from '../errors.ts';

/** Entries of one list or map. Above all that the actions take, so that their own limits say what is wrong. */
export const ENTRIES_MAX = 10_000;

/** Without a prototype: names are the caller's, `constructor` and `__proto__` among them. */
export function nullRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

export function missing(name: string): SqsError {
  return new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}
