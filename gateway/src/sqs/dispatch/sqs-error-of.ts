// Which SQS error a failure is: an SqsError is one, a MillraceError is told by the error table, and errors of the HTTP
// server by their status. What is none of these is a fault of the gateway.

import { ERRORS, type ErrorName, MillraceError } from '@millrace/protocol';
import { SQS_ERRORS, SqsError, type SqsErrorName } from '../errors.ts';

type TableName = (typeof ERRORS)[ErrorName]['sqs'];

/** Names of the error table that are no errors of the SQS API. Another one that is added there fails to compile here. */
const OTHER_NAMES: Record<Exclude<TableName, SqsErrorName>, SqsErrorName> = {
  InternalError: 'InternalFailure',
  /** Somebody gave the request up, and the caller is still there: it may ask another gateway. */
  RequestCanceled: 'ServiceUnavailable',
};

/** Errors whose texts callers know, or that say nothing of the gateway's inside. */
const OWN_TEXT: ReadonlySet<SqsErrorName> = new Set([
  'InternalFailure',
  'QueueDoesNotExist',
  'QueueNameExists',
  'ServiceUnavailable',
]);

export function sqsErrorName(code: ErrorName): SqsErrorName {
  const name = ERRORS[code].sqs;
  return isSqsErrorName(name) ? name : OTHER_NAMES[name];
}

export function sqsErrorOf(failure: unknown): SqsError {
  if (failure instanceof SqsError) return failure;
  if (failure instanceof MillraceError) {
    const name = sqsErrorName(failure.code);
    return new SqsError(name, OWN_TEXT.has(name) ? undefined : failure.message, { cause: failure });
  }
  return new SqsError(nameOfServerError(failure) ?? 'InternalFailure', undefined, {
    cause: failure,
  });
}

function isSqsErrorName(name: TableName): name is Extract<TableName, SqsErrorName> {
  return Object.hasOwn(SQS_ERRORS, name);
}

/** Errors of fastify and of its plugins have the status they should be answered with. */
function nameOfServerError(failure: unknown): SqsErrorName | undefined {
  if (!(failure instanceof Error) || !('statusCode' in failure)) return undefined;
  const status = failure.statusCode;
  if (typeof status !== 'number') return undefined;
  if (status === 401 || status === 403 || status === 421) return 'AccessDenied';
  if (status === 413) return 'RequestEntityTooLarge';
  if (status === 429) return 'RequestThrottled';
  if (status === 503) return 'ServiceUnavailable';
  return status >= 400 && status < 500 ? 'Serialization' : undefined;
}
