// Spans of what is under way, by the object that all events of one operation carry. It decides nothing of a span.

import type { TracingChannelSubscribers } from 'node:diagnostics_channel';
import type { Span } from '@opentelemetry/api';
import type { Outcome } from '../diagnostics.ts';
import { recordFailure } from './attributes.ts';

interface Ends<C extends object> {
  /** Undefined: it is not worth a span. */
  readonly begin: (trace: C) => Span | undefined;
  /** Of one without an error. */
  readonly finish?: (span: Span, trace: C) => void;
}

const nothing = () => undefined;

/** Subscribers that begin a span at the start and end it with the outcome. */
export function spanOf<C extends Outcome<unknown>>({
  begin,
  finish,
}: Ends<C>): TracingChannelSubscribers<C> {
  const open = new WeakMap<C, Span>();
  const end = (trace: C) => {
    const span = open.get(trace);
    if (span === undefined) return;
    open.delete(trace);
    if ('error' in trace) recordFailure(span, trace.error);
    else finish?.(span, trace);
    span.end();
  };
  return {
    start: (trace) => {
      const span = begin(trace);
      if (span !== undefined) open.set(trace, span);
    },
    end: nothing,
    asyncStart: nothing,
    asyncEnd: end,
    error: end,
  };
}

/** Subscribers of what has no duration. */
export function atStart<C extends object>(start: (trace: C) => void): TracingChannelSubscribers<C> {
  return {
    start,
    end: nothing,
    asyncStart: nothing,
    asyncEnd: nothing,
    error: nothing,
  };
}
