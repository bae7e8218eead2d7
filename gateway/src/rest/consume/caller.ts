// When the caller of a waiting request is gone, and what then becomes of leases it never saw.

import type { LeasedMessage } from '@millrace/client';
import type { FastifyReply } from 'fastify';

export interface Caller {
  /** Aborted when the caller went away, or the gateway is shutting down. */
  readonly signal: AbortSignal;
  /** These messages are in the answer: whatever of it does not leave is given back. */
  answerWith(messages: readonly LeasedMessage<Uint8Array>[]): void;
  /** To be called when the answer is made. */
  release(): void;
}

/**
 * By the socket: of requests that came in one go, only the first has a response with one. A caller that hangs up ends its
 * sending some turns before the socket is closed: long enough to lease messages.
 */
export function callerOf({ raw, request }: FastifyReply, closing: AbortSignal): Caller {
  const { socket } = request.raw;
  const own = new AbortController();
  const abort = () => own.abort();
  const isGone = () => socket.destroyed || socket.readableEnded;
  if (closing.aborted || isGone()) abort();
  else {
    closing.addEventListener('abort', abort, { once: true });
    socket.once('close', abort);
    socket.once('end', abort);
  }
  return {
    signal: own.signal,
    answerWith: (messages) => {
      const giveBack = () => returnAll(messages);
      if (isGone()) giveBack();
      else {
        socket.once('close', giveBack);
        raw.once('finish', () => socket.off('close', giveBack));
      }
    },
    release: () => {
      closing.removeEventListener('abort', abort);
      socket.off('close', abort);
      socket.off('end', abort);
    },
  };
}

/** A lease that is lost meanwhile, or cannot be given back, ends by its time: nobody is left to tell. */
function returnAll(messages: readonly LeasedMessage<Uint8Array>[]): void {
  for (const message of messages) message.return().catch(() => {});
}
