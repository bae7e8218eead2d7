// Spans of messages that have come: `process` around a handler, which runs in the span's context, and `receive` of a call
// of `Queue.receive` that brought some.

import {
  context as contexts,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import type { LeaseTrace, ProcessTrace } from '../diagnostics.ts';
import type { Message } from '../message.ts';
import {
  attributesOf,
  messageAttributes,
  type Operation,
  oneTopic,
  recordFailure,
  spanName,
} from './attributes.ts';
import { type Origin, originOf } from './carriers.ts';
import type { Contexts } from './contexts.ts';
import { spanOf } from './open-spans.ts';
import type { Tools } from './tools.ts';

export function processSpans(tools: Tools, known: Contexts) {
  return spanOf<ProcessTrace>({
    begin: (call) => {
      const { group, messages, by } = call;
      const origins = messages.map((message) => originOf(message, tools.propagator));
      const [first] = messages;
      const single = messages.length === 1 ? origins[0] : undefined;
      const operation = operationOf('process', messages, group);
      const parent = tools.continuesTrace && single ? single.context : ROOT_CONTEXT;
      const span = tools.tracer.startSpan(
        spanName(operation),
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            ...attributesOf(operation),
            ...(single && first ? messageAttributes(first) : {}),
          },
          links: linksOf(tools, origins),
        },
        parent,
      );
      const inside = trace.setSpan(single?.context ?? ROOT_CONTEXT, span);
      known.called(messages, inside);
      if (by === 'worker') hold(known, messages, origins, span, true);
      call.around = (handler) => contexts.with(inside, handler);
      return span;
    },
  });
}

/** Most receives bring nothing, and a span of each would be noise: they have one where they fail or bring messages. */
export function receiveSpans(tools: Tools, known: Contexts) {
  const begun = new WeakMap<LeaseTrace, number>();
  const end = (call: LeaseTrace) => {
    const startTime = begun.get(call);
    if (startTime === undefined) return;
    begun.delete(call);
    const { result = [], group, clientName, topics } = call;
    if (result.length === 0 && !('error' in call)) return;
    const origins = result.map((message) => originOf(message, tools.propagator));
    const asked = oneTopic(topics);
    const operation = { ...operationOf('receive', result, group, asked), clientName };
    const [first] = result;
    const span = tools.tracer.startSpan(spanName(operation), {
      kind: SpanKind.CLIENT,
      startTime,
      attributes: {
        ...attributesOf(operation),
        ...(first !== undefined && result.length === 1 ? messageAttributes(first) : {}),
      },
      links: linksOf(tools, origins),
    });
    if ('error' in call) recordFailure(span, call.error);
    hold(known, result, origins, span, false);
    span.end();
  };
  return {
    start: (call: unknown) => void begun.set(call as LeaseTrace, Date.now()),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (call: unknown) => end(call as LeaseTrace),
    error: (call: unknown) => end(call as LeaseTrace),
  };
}

function operationOf(
  name: 'process' | 'receive',
  messages: readonly Message<unknown>[],
  group: string | undefined,
  topic = oneTopic(messages.map((message) => message.topic)),
): Operation {
  const count = messages.length === 1 ? undefined : messages.length;
  return { name, type: name, topic, group, messages: count };
}

function linksOf({ linksMax }: Tools, origins: readonly Origin[]): Link[] {
  const links: Link[] = [];
  for (const { span } of origins) {
    if (links.length === linksMax) break;
    if (span !== undefined) links.push({ context: span });
  }
  return links;
}

function hold(
  known: Contexts,
  messages: readonly Message<unknown>[],
  origins: readonly Origin[],
  span: Span,
  isHandled: boolean,
): void {
  const work = span.spanContext();
  for (const [at, { id, topic }] of messages.entries()) {
    known.hold(id, { topic, origin: origins[at]?.span, work, isHandled });
  }
}
