// What is told live, and its two forms: an event of server-sent events, and a message of a WebSocket.

import { problemOf } from '../problem/send-problem.ts';

export interface LiveEvent {
  readonly name: 'message' | 'gap' | 'position' | 'counts' | 'failure';
  /** Where to go on after it. */
  readonly position?: string | undefined;
  /** JSON in one line. */
  readonly data?: string | undefined;
}

/** The browser's EventSource waits this long before it comes again, ms. */
const RETRY_MS = 1_000;

export const SSE_BEGIN = `retry: ${RETRY_MS}\n\n`;
export const SSE_END = ': closing\n\n';

/** A position without data is no event to EventSource, but it keeps the id. */
export function sseText({ name, position, data }: LiveEvent): string {
  const id = position === undefined ? '' : `id: ${position}\n`;
  if (data === undefined) return `${id}: still here\n\n`;
  const event = name === 'message' ? '' : `event: ${name}\n`;
  return `${event}${id}data: ${data}\n\n`;
}

export function socketText({ name, position, data }: LiveEvent): string {
  const at = position === undefined ? '' : `,"position":${JSON.stringify(position)}`;
  return `{"event":"${name}"${at}${data === undefined ? '' : `,"data":${data}`}}`;
}

/** Problem details as an event: what went wrong after the answer had begun. */
export function failureEvent(error: unknown, requestId: string): LiveEvent {
  return { name: 'failure', data: JSON.stringify(problemOf(error, requestId)) };
}
