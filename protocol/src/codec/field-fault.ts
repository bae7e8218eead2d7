// A value that does not fit its field, with the path to it, which grows as the fault passes outwards.

import { type ErrorName, MillraceError } from '../errors.ts';

export class FieldFault extends Error {
  path = '';
  readonly limit: string | undefined;
  readonly code: ErrorName;

  constructor(reason: string, limit?: string, code: ErrorName = 'INVALID_REQUEST') {
    super(reason);
    this.limit = limit;
    this.code = code;
  }
}

/** The same fault seen from one level further out. Anything else passes through. */
export function within(fault: unknown, segment: string | number): unknown {
  if (!(fault instanceof FieldFault)) return fault;
  const head = typeof segment === 'number' ? `[${segment}]` : segment;
  const joint = fault.path === '' || fault.path.startsWith('[') ? '' : '.';
  fault.path = `${head}${joint}${fault.path}`;
  return fault;
}

/** What the caller of the codec sees. */
export function asError(fault: unknown, api: string): unknown {
  if (!(fault instanceof FieldFault)) return fault;
  const message = `${api}: ${fault.path}: ${fault.message}.`;
  return new MillraceError(fault.code, message, { field: fault.path, limit: fault.limit });
}
