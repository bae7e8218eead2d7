// What can be said of a lease. Statements of a tick share a request, and one that cannot be sent would fail all of them:
// each is checked before it joins.

import { ACK_KINDS, type AckKind, LIMITS, MillraceError } from '@millrace/protocol';

/** Why the statement cannot be made; undefined where it can. `field` is what the caller knows the time as. */
export function ackFault(
  kind: AckKind,
  delayMs: number | null | undefined,
  field = 'delayMs',
): MillraceError | undefined {
  if (!ACK_KINDS.includes(kind)) {
    const limit = ACK_KINDS.join(', ');
    const text = `kind is one of ${limit}.`;
    return new MillraceError('INVALID_REQUEST', text, { field: 'kind', limit });
  }
  if (delayMs === undefined || delayMs === null) return undefined;
  if (Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= LIMITS.delayMsMax) return undefined;
  const text = `${field} is a whole number from 0 to ${LIMITS.delayMsMax}.`;
  return new MillraceError('INVALID_REQUEST', text, { field, limit: `${LIMITS.delayMsMax} ms` });
}

/** The nearest pause that can be asked for, ms; undefined where it is no finite number. */
export function nearestDelayMs(ms: unknown): number | undefined {
  if (typeof ms !== 'number' || !Number.isFinite(ms)) return undefined;
  return Math.min(Math.max(0, Math.ceil(ms)), LIMITS.delayMsMax);
}
