// Spans of messages on their way out: `send` of a call of the producer, `create` of each message of a batch or of a
// transaction. Each message carries the context of the span that made it, unless its sender has given it one.

import {
  type Context,
  context as contexts,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import type { CreateTrace, SendTrace } from '../diagnostics.ts';
import { ATTRIBUTES, attributesOf, type Operation, spanName } from './attributes.ts';
import { carrying, givenOrigin } from './carriers.ts';
import type { Contexts } from './contexts.ts';
import { atStart, spanOf } from './open-spans.ts';
import type { Tools } from './tools.ts';

export function sendSpans(tools: Tools) {
  return spanOf<SendTrace>({
    begin: (sent) => (sent.messages.length === 1 ? sendOne(tools, sent) : sendMany(tools, sent)),
    finish: (span, { result }) => {
      if (result === undefined || !('partition' in result)) return;
      span.setAttributes({
        [ATTRIBUTES.partition]: String(result.partition),
        [ATTRIBUTES.messageId]: result.id,
        [ATTRIBUTES.offset]: result.offset,
      });
    },
  });
}

/** Its own context is that of the message. */
function sendOne(tools: Tools, { topic, messages, clientName }: SendTrace): Span {
  const [message] = messages as [SendTrace['messages'][number]];
  const given = givenOrigin(message, tools.propagator);
  const operation: Operation = { name: 'send', type: 'send', topic, clientName };
  const span = tools.tracer.startSpan(spanName(operation), {
    kind: given === undefined ? SpanKind.PRODUCER : SpanKind.CLIENT,
    attributes: attributesOf(operation),
    links: given === undefined ? [] : [{ context: given }],
  });
  if (given === undefined) {
    messages[0] = carrying(message, trace.setSpan(contexts.active(), span), tools.propagator);
  }
  return span;
}

/** Each message has a `create` span, up to a number of them; those of larger batches carry the context of the call. */
function sendMany(tools: Tools, { topic, messages, clientName }: SendTrace): Span {
  const { tracer, propagator, createSpansMax } = tools;
  const hasOwn = messages.length <= createSpansMax;
  const active = contexts.active();
  const links: Link[] = [];
  const without: number[] = [];
  for (const [at, message] of messages.entries()) {
    const given = givenOrigin(message, propagator);
    if (given !== undefined) links.push({ context: given });
    else if (!hasOwn) without.push(at);
    else {
      const { made, span } = create(tools, topic, message, active);
      messages[at] = made;
      links.push({ context: span });
    }
  }
  const operation = {
    name: 'send',
    type: 'send',
    topic,
    clientName,
    messages: messages.length,
  } as const;
  const span = tracer.startSpan(spanName(operation), {
    kind: without.length === 0 ? SpanKind.CLIENT : SpanKind.PRODUCER,
    attributes: attributesOf(operation),
    links: links.slice(0, tools.linksMax),
  });
  const own = trace.setSpan(active, span);
  for (const at of without) {
    messages[at] = carrying(messages[at] as SendTrace['messages'][number], own, propagator);
  }
  return span;
}

/** Of a message that leaves with the end of a handler; that may be over by then. */
export function createSpans(tools: Tools, contextsOf: Contexts) {
  return atStart<CreateTrace>((created) => {
    const { topic, message, cause } = created;
    if (givenOrigin(message, tools.propagator) !== undefined) return;
    const active = contexts.active();
    const isInside = trace.getSpanContext(active) !== undefined;
    const parent = isInside ? active : (contextsOf.of(cause) ?? ROOT_CONTEXT);
    created.message = create(tools, topic, message, parent).made;
  });
}

function create(
  { tracer, propagator }: Tools,
  topic: string,
  message: SendTrace['messages'][number],
  parent: Context,
): { made: SendTrace['messages'][number]; span: SpanContext } {
  const operation = { name: 'create', type: 'create', topic } as const;
  const span = tracer.startSpan(
    spanName(operation),
    { kind: SpanKind.PRODUCER, attributes: attributesOf(operation) },
    parent,
  );
  const made = carrying(message, trace.setSpan(parent, span), propagator);
  span.end();
  return { made, span: span.spanContext() };
}
