// Answers a request with server-sent events, at the pace of its reader, until one side ends it. What the events are is
// its caller's business.

import { finished, Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { follow } from './abort.ts';
import { failureEvent, type LiveEvent, SSE_BEGIN, SSE_END, sseText } from './live-event.ts';
import type { LiveLimits } from './live-limits.ts';

export interface EventSource {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly closing: AbortSignal;
  readonly limits: LiveLimits;
  /** Events in portions; ends or throws once the signal is aborted. */
  readonly events: (signal: AbortSignal) => AsyncIterable<readonly LiveEvent[]>;
  /** The answer is over. */
  readonly ended: () => void;
}

export function sendEvents(source: EventSource): FastifyReply {
  const { reply, closing, ended } = source;
  const { raw } = reply;
  const life = follow(closing);
  // Also where the caller went away before this: then at once.
  finished(raw, () => {
    life.abort();
    life.release();
    ended();
  });
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(atItsPace(source, life.signal)));
}

/** A portion is taken when the reader has room; one that has none for too long is cut off. */
async function* atItsPace(source: EventSource, signal: AbortSignal): AsyncGenerator<string, void> {
  const { reply, limits } = source;
  for await (const text of texts(source, signal)) {
    const timer = setTimeout(() => reply.raw.destroy(), limits.stallMs);
    yield text;
    clearTimeout(timer);
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
