// What a share group thinks of messages, as the broker tells it, without what only the protocol needs.

import type { MessageState, ResponseOf } from '@millrace/protocol';

/** What a share group thinks of a message. */
export interface GroupView {
  readonly state: MessageState;
  readonly deliveries: number;
  readonly memberId: string | null;
  /** leased: the deadline; scheduled: when it becomes ready; ms since 1970. */
  readonly untilMs: number | null;
  /** When it was leased for the first time, ms since 1970. */
  readonly firstDeliveredAtMs: number | null;
  readonly lastError: string | null;
  readonly deadReason: string | null;
}

export type StateRange = ResponseOf<'ListMessages'>['ranges'][number];

export function groupView(range: StateRange): GroupView {
  const { state, deliveries, memberId, untilMs, firstDeliveredAtMs, lastError, deadReason } = range;
  return { state, deliveries, memberId, untilMs, firstDeliveredAtMs, lastError, deadReason };
}
