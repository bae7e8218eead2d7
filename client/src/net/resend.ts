// Whether a request that failed is sent again, and after which pause, by the error table; and what may be said of one that
// was sent before and lost its reply. It sends nothing.

import {
  APIS,
  type ApiName,
  ERRORS,
  type ErrorName,
  MillraceError,
  NO_ERROR,
  type ResponseOf,
} from '@millrace/protocol';
import { backoffMs, type RetryOptions } from './backoff.ts';

/** They only ask, or what they change ends by itself and is asked for anew. Of all others a refusal claims that nothing was done. */
const CHANGES_NOTHING: ReadonlySet<ApiName> = new Set<ApiName>([
  'Hello',
  'Cancel',
  'Metadata',
  'DescribeTopics',
  'DescribeBroker',
  'Fetch',
  'ListOffsets',
  'OffsetFetch',
  'ListGroups',
  'DescribeGroup',
  'DescribeShareGroups',
  'Peek',
  'ListMessages',
  'GetMessage',
  'GetEffect',
  'ListTasks',
  'ListSchedules',
  'Counters',
  'CountShareGroups',
  'ListUsers',
  'ListAcls',
  'CheckAccess',
  'CheckCredential',
  'GetAccessKey',
  'GroupHeartbeat',
  'GroupLeave',
  'InitProducer',
]);

/** They claim nothing of what was done. */
const OPEN: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'OUTCOME_UNKNOWN',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'CLIENT_CLOSED',
]);

/** Undefined: the error is the outcome. */
export function pauseBeforeResend(
  error: MillraceError,
  attempt: number,
  repeatable: boolean,
  retry: RetryOptions,
): number | undefined {
  if (error.code === 'OUTCOME_UNKNOWN') return repeatable && isOfConnection(error) ? 0 : undefined;
  if (error.code === 'CONNECTION_LOST' || error.code === 'DEADLINE_EXCEEDED') return undefined;
  // The request has waited for its turn at the broker already, as long as its caller wanted. [L-51]
  if (error.code === 'TOO_MANY_IN_FLIGHT') return undefined;
  // It may take a whole session: who joins waits by itself, and says so.
  if (error.code === 'INSTANCE_IN_USE') return undefined;
  if (error.action !== 'retry') return undefined;
  return backoffMs(retry, attempt, error.detail.retryAfterMs);
}

/** Who answered with something else will do so again. */
function isOfConnection({ cause }: MillraceError): boolean {
  return cause instanceof MillraceError && cause.code === 'CONNECTION_LOST';
}

/** What may be told where an earlier attempt had no outcome: a refusal of this one says nothing of that one. */
export function errorAfterLoss(api: ApiName, error: MillraceError): MillraceError {
  return CHANGES_NOTHING.has(api) || isOfFirstTransaction(api, error) ? error : unknownAfter(error);
}

/** The same of a reply that has an outcome for each item. */
export function replyAfterLoss<N extends ApiName>(api: N, reply: ResponseOf<N>): ResponseOf<N> {
  if (CHANGES_NOTHING.has(api) || !('results' in reply)) return reply;
  const results = (reply as unknown as Items).results.map((item) => {
    if (item.errorCode === NO_ERROR) return item;
    const errorMessage = `${ERRORS.OUTCOME_UNKNOWN.text} (${item.errorMessage ?? item.errorCode})`;
    return { ...item, errorCode: ERRORS.OUTCOME_UNKNOWN.code, errorMessage };
  });
  return { ...reply, results };
}

interface Items {
  readonly results: readonly { readonly errorCode: number; readonly errorMessage: string | null }[];
}

/** OUTCOME_UNKNOWN with the error as its cause, unless it claims nothing anyway. */
export function unknownAfter(cause: MillraceError): MillraceError {
  if (OPEN.has(cause.code)) return cause;
  const text = `${ERRORS.OUTCOME_UNKNOWN.text} (${cause.message})`;
  return new MillraceError('OUTCOME_UNKNOWN', text, {}, { cause });
}

/** The broker remembers transactions and looks there first: one that it finds at fault was not done the first time either. */
function isOfFirstTransaction(api: ApiName, { code, action }: MillraceError): boolean {
  const errors: readonly string[] = APIS.Transact.errors;
  // LIMIT_EXCEEDED may be the client's own, of requests that wait.
  return (
    api === 'Transact' && errors.includes(code) && action !== 'retry' && code !== 'LIMIT_EXCEEDED'
  );
}
