// What a member says when it accepts a message: kept under the message's place for as long as the group says. It is
// written in the decision that acknowledges the message, and read by whoever asks for the message.

import { type AckKind, LIMITS } from '@millrace/protocol';
import { assert } from '../assert.ts';
import { type Refused, refuse } from '../decision.ts';
import { expiryEntry } from '../expiries/expiry-entry.ts';
import { put, type Write } from '../rows.ts';
import type { ShareScope } from '../share/share-scope.ts';

interface Saying {
  readonly kind: AckKind;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly result?: Uint8Array | null | undefined;
}

/** Refused with INVALID_REQUEST: a result is that of one message, and of one that is done. [L-92] */
export function checkResult({
  kind,
  firstOffset,
  lastOffset,
  result,
}: Saying): Refused | undefined {
  if (result === null || result === undefined) return undefined;
  const field = 'result';
  if (kind !== 'accept') {
    return refuse('INVALID_REQUEST', `A result comes with accept, not with ${kind}.`, { field });
  }
  if (firstOffset === lastOffset) return undefined;
  const message = `A result is that of one message; the item names ${firstOffset} to ${lastOffset}.`;
  return refuse('INVALID_REQUEST', message, { field });
}

/** The row and when it goes; nothing where the group keeps no results. */
export function keepResult(
  { key, group }: ShareScope,
  offset: number,
  value: Uint8Array,
  nowMs: number,
): readonly Write[] {
  assert(value.byteLength <= LIMITS.resultBytesMax, 'the protocol bounds a result');
  const { resultTtlMs } = group.config;
  if (resultTtlMs === 0) return [];
  const expiresAtMs = nowMs + resultTtlMs;
  const rowKey = [key.groupId, key.topicId, key.partition, offset] as const;
  return [
    put('results', rowKey, [value, nowMs, expiresAtMs]),
    expiryEntry(expiresAtMs, 'results', rowKey),
  ];
}
