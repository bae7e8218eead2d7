// Answers a request with server-sent events, at the pace of its reader, until one side ends it. What the events are is
// its caller's business.

import { finished, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { follow } from './abort.ts';
import { failureEvent, SSE_BEGIN, SSE_END, sseText } from './live-event.ts';
import type { LiveLimits } from './live-limits.ts';
import { losePatience } from './patience.ts';
import type { Events } from './while-admitted.ts';

export interface EventSource {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly closing: AbortSignal;
  readonly limits: LiveLimits;
  /** Events in portions; ends or throws once the signal is aborted. */
  readonly events: Events;
  /** The answer is over. */
  readonly ended: () => void;
}

export function sendEvents(source: EventSource): FastifyReply {
  const { request, reply, closing, ended } = source;
  const life = follow(closing);
  const stream = Readable.from(atItsPace(source, life.signal));
  onceOver(request, reply, () => {
    life.abort();
    life.release();
    stream.destroy();
    ended();
  });
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(stream);
}

/** Also where the caller went away before this: then soon. */
function onceOver({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply, tell: () => void) {
  const forget = finished(raw, over);
  // An answer that stands behind others on its connection has no socket yet, and hears nothing of the end of it.
  if (raw.socket === null) socket.once('close', over);
  if (socket.closed) over();

  function over(): void {
    forget();
    socket.off('close', over);
    tell();
  }
}

/** A portion is taken when the reader has room; one that has none for too long is cut off. */
async function* atItsPace(source: EventSource, signal: AbortSignal): AsyncGenerator<string, void> {
  const { reply, limits } = source;
  for await (const text of texts(source, signal)) {
    const stay = losePatience(limits.stallMs, () => reply.raw.destroy());
    try {
      yield text;
    } finally {
      stay();
    }
  }
}

async function* texts(source: EventSource, signal: AbortSignal): AsyncGenerator<string, void> {
  const { request, closing } = source;
  yield SSE_BEGIN;
  try {
    for await (const events of source.events(signal)) yield events.map(sseText).join('');
  } catch (error) {
    if (!signal.aborted) yield sseText(failureEvent(error, request.id));
  }
  if (closing.aborted) yield SSE_END;
}
