// Where the context of a trace stands: in the headers of a message, as text. What is in a message already is not touched.

import {
  type Context,
  context as contexts,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import type { Message } from '../message.ts';
import type { HeadersInput, OutgoingMessage } from '../producer/outgoing.ts';

type Headers = Pick<Message<unknown>, 'header' | 'headers'>;

const GETTER: TextMapGetter<Headers> = {
  get: (message, name) => message.header(name),
  keys: (message) => message.headers.map(([name]) => name),
};

/** What reads and writes contexts: a propagator, or whichever the process has registered. */
export type Propagator = Pick<TextMapPropagator, 'inject' | 'extract' | 'fields'>;

/** The one that the process has registered, when it is asked; without one nothing is read or written. */
export const REGISTERED: Propagator = {
  inject: (context, carrier, setter) => propagation.inject(context, carrier, setter),
  extract: (context, carrier, getter) => propagation.extract(context, carrier, getter),
  fields: () => propagation.fields(),
};

/**
 * The context that a message carries, on top of another: to go on with its trace where no handler is called, as in a loop
 * over `consumer.batches()`.
 */
export function contextOf(
  message: Headers,
  base: Context = contexts.active(),
  propagator: Propagator = REGISTERED,
): Context {
  return propagator.extract(base, message, GETTER);
}

/** That of whoever made the message, with what else the message carries: baggage. */
export interface Origin {
  readonly context: Context;
  readonly span: SpanContext | undefined;
}

export function originOf(message: Headers, propagator: Propagator): Origin {
  const context = contextOf(message, ROOT_CONTEXT, propagator);
  return { context, span: trace.getSpanContext(context) };
}

function isPairs(
  headers: HeadersInput,
): headers is Extract<HeadersInput, readonly (readonly [string, unknown])[]> {
  return Array.isArray(headers);
}

/** The context that its maker has given the message by hand, if any. */
export function givenOrigin(
  { headers }: OutgoingMessage<unknown>,
  propagator: Propagator,
): SpanContext | undefined {
  if (headers === undefined || headers === null) return undefined;
  const pairs = isPairs(headers) ? headers : Object.entries(headers);
  const fields = propagator.fields();
  if (!pairs.some(([name]) => fields.includes(name))) return undefined;
  const carrier: Headers = {
    headers: [],
    header: (name) => {
      const value = pairs.findLast(([key]) => key === name)?.[1];
      return typeof value === 'string' || value === undefined
        ? value
        : Buffer.from(value).toString('utf8');
    },
  };
  return originOf(carrier, propagator).span;
}

/** The message with the context in its headers. */
export function carrying<V>(
  message: OutgoingMessage<V>,
  context: Context,
  propagator: Propagator,
): OutgoingMessage<V> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, {
    set: (_target, name, value) => {
      carrier[name] = value;
    },
  });
  const { headers } = message;
  if (headers !== undefined && headers !== null && isPairs(headers)) {
    return { ...message, headers: [...headers, ...Object.entries(carrier)] };
  }
  return { ...message, headers: { ...headers, ...carrier } };
}
