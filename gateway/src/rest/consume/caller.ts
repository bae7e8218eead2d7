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

export function callerOf(reply: FastifyReply, closing: AbortSignal): Caller {
  const { raw } = reply;
  const own = new AbortController();
  const abort = () => own.abort();
  let isSent = false;
  raw.once('finish', () => {
    isSent = true;
  });
  raw.once('close', abort);
  if (closing.aborted || raw.destroyed) abort();
  else closing.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    answerWith: (messages) => {
      const giveBack = () => {
        if (!isSent) returnAll(messages);
      };
      if (raw.destroyed) giveBack();
      else raw.once('close', giveBack);
    },
    release: () => {
      raw.removeListener('close', abort);
      closing.removeEventListener('abort', abort);
    },
  };
}

/** A lease that is lost meanwhile, or cannot be given back, ends by its time: nobody is left to tell. */
function returnAll(messages: readonly LeasedMessage<Uint8Array>[]): void {
  for (const message of messages) message.return().catch(() => {});
}
