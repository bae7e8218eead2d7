// The public surface of @millrace/client/opentelemetry: makes spans of what the client tells through its diagnostics
// channels. It needs @opentelemetry/api and no SDK: whatever the process has registered there gets the spans. Nothing of it
// is loaded by @millrace/client itself.

import type { TracingChannel, TracingChannelSubscribers } from 'node:diagnostics_channel';
import { diag, type TextMapPropagator, type TracerProvider, trace } from '@opentelemetry/api';
import { TRACES } from '../diagnostics.ts';
import { integerOption } from '../options-check.ts';
import { REGISTERED } from './carriers.ts';
import { Contexts } from './contexts.ts';
import { createSpans, sendSpans } from './send-spans.ts';
import { acknowledgeSpans, commitSpans, transactSpans } from './settle-spans.ts';
import type { Tools } from './tools.ts';
import { processSpans, receiveSpans } from './work-spans.ts';

export { contextOf, type Propagator } from './carriers.ts';

/** What `instrument` can be told. */
export interface InstrumentOptions {
  /** Default: the one that is registered with @opentelemetry/api, now or later. */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Reads and writes the headers of messages; default: the one that is registered. */
  readonly propagator?: TextMapPropagator | undefined;
  /**
   * What the span of a handler of one message belongs to. message: the trace of the message (default). own: a trace of its
   * own that links to it, as the handlers of batches always have.
   */
  readonly trace?: 'message' | 'own' | undefined;
  /** Each message of a batch has a span of its own up to so many messages; default 128. 0: never. */
  readonly createSpansMax?: number | undefined;
}

/** Leased messages that are remembered until they are settled. */
const HELD_MAX = 20_000;
/** SDKs keep no more by default. */
const LINKS_MAX = 128;

let isInstrumented = false;

/**
 * Begins to make spans of what all clients of this process do, and to pass contexts on with their messages; the function
 * returned ends it. Throws where it has begun already: there would be two spans of everything.
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  const createSpansMax = integerOption('createSpansMax', options.createSpansMax ?? 128, {
    min: 0,
    max: 100_000,
  });
  if (isInstrumented) throw new Error('Clients of this process make spans already.');
  isInstrumented = true;
  const provider = options.tracerProvider ?? trace;
  const tools: Tools = {
    tracer: provider.getTracer('@millrace/client'),
    propagator: options.propagator ?? REGISTERED,
    createSpansMax,
    linksMax: LINKS_MAX,
    continuesTrace: options.trace !== 'own',
  };
  const known = new Contexts(HELD_MAX);
  const undo = [
    watch(TRACES.send, sendSpans(tools)),
    watch(TRACES.create, createSpans(tools, known)),
    watch(TRACES.process, processSpans(tools, known)),
    watch(TRACES.lease, receiveSpans(tools, known)),
    watch(TRACES.acknowledge, acknowledgeSpans(tools, known)),
    watch(TRACES.commit, commitSpans(tools)),
    watch(TRACES.transact, transactSpans(tools, known)),
  ];
  return () => {
    for (const step of undo.splice(0)) step();
    isInstrumented = false;
  };
}

function watch<C extends object>(
  channel: TracingChannel<unknown, C>,
  { start, end, asyncStart, asyncEnd, error }: TracingChannelSubscribers<C>,
): () => void {
  const subscribers = {
    start: guarded(start),
    end: guarded(end),
    asyncStart: guarded(asyncStart),
    asyncEnd: guarded(asyncEnd),
    error: guarded(error),
  } as TracingChannelSubscribers<C>;
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}

/** What a subscriber throws would end the process. A message that nobody can read is refused by whoever takes it. */
function guarded<T>(subscriber: (told: T) => void): (told: T) => void {
  return (told) => {
    try {
      subscriber(told);
    } catch (failure) {
      diag.error('A span was not made.', failure);
    }
  };
}
