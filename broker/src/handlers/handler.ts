// What a handler is: one function an API that translates a request into commands and their result into a reply.
// Handlers throw MillraceError; they know nothing of sockets, frames or versions of other APIs.

import type { ApiName, MillraceError, RequestOf, ResponseInput } from '@millrace/protocol';
import type { Access } from '../access/access.ts';

/** Who sent the request. Fields change only at Hello, which comes first. */
export interface ConnectionInfo {
  /** Number of the connection since this process started, as logs and Hello name it. */
  readonly connectionId: number;
  /** Names this connection for ever: unlike the number it is never used again after a restart. */
  readonly sessionId: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** What clients are told to connect to: as configured, otherwise the address that this one reached. */
  readonly advertisedHost: string;
  readonly advertisedPort: number;
  /** Empty until Hello. */
  readonly clientName: string;
  readonly clientVersion: string;
  /** Reply bytes the connection can take now; a reading handler gives no more beyond the first batch. */
  readonly replyRoomBytes: number;
  /** Cancelled when the connection has ended: what is kept for it goes. */
  readonly ended: CancelSignal;
  /** Reads it no further for so long, ms: its user is beyond its quotas. */
  readonly throttle: (ms: number) => void;
  /** Who it is and what it may do. */
  readonly access: Access;
}

/**
 * Says that nobody waits for the reply any more: Cancel, a closed connection, or the broker's shutdown. Only requests
 * that wait look at it; a command that was submitted runs to its end.
 */
export interface CancelSignal {
  readonly cancelled: boolean;
  /** CANCELLED or SHUTTING_DOWN once cancelled: what the waiting handler throws. */
  readonly reason: MillraceError | undefined;
  /** Calls `listener` once, at the cancellation, or at once where that has happened. Returns a function that takes it away. */
  onCancel(listener: (reason: MillraceError) => void): () => void;
}

export interface RequestContext {
  readonly connection: ConnectionInfo;
  readonly signal: CancelSignal;
  /** Wall clock when the bytes were read, ms since 1970. */
  readonly receivedAtMs: number;
  readonly apiVersion: number;
}

export type Handler<N extends ApiName> = (
  request: RequestOf<N>,
  context: RequestContext,
) => ResponseInput<N> | Promise<ResponseInput<N>>;

/** APIs about the connection itself: dispatch answers them, no handler does. */
export type ConnectionApiName = 'Hello' | 'Cancel' | 'Authenticate';
export type HandledApiName = Exclude<ApiName, ConnectionApiName>;

/** One handler for every other API: one that is missing does not compile. */
export type Handlers = { readonly [N in HandledApiName]: Handler<N> };
