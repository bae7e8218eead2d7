// What is said of leased messages, and what came of it.

import type { AckKind, MillraceError } from '@millrace/protocol';

/** Names a lease; messages of one lease share it. */
export interface LeaseName {
  readonly topicId: number;
  readonly partition: number;
  readonly token: number;
  /** When it ends if nothing is heard of it, by performance.now(); absent where that is not known. */
  readonly endsAt?: number;
}

/** A statement about a range of one lease. */
export interface Ack {
  readonly lease: LeaseName;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly kind: AckKind;
  /** release: the pause; extend: the new time; ms. */
  readonly delayMs?: number | undefined;
  readonly errorText?: string | undefined;
  /** accept of one message: its result. */
  readonly result?: Uint8Array | undefined;
  settle(result: AckResult): void;
  /** The acknowledger's own: until when it may be said again, by performance.now(), and whether it was. */
  repeatUntil?: number;
  isRepeated?: boolean;
}

export interface AckFailure {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly error: MillraceError;
}

export interface AckResult {
  /** Set where nothing is known of any offset: the request failed as a whole. */
  readonly requestError: MillraceError | undefined;
  /** Offsets that were refused; all others are done. */
  readonly failures: readonly AckFailure[];
  /** extend: when the lease ends now, by the broker's clock. */
  readonly deadlineMs: number | null;
}

/** The first thing that went wrong. */
export function firstError(result: AckResult): MillraceError | undefined {
  return result.requestError ?? result.failures[0]?.error;
}
