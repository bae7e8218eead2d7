// Spans of requests that settle messages: acknowledgements of a share group, offsets of a consumer group, transactions.
// They go into the trace of the work where all they settle comes from one call; they link to whoever made the messages.

import { messageId } from '@millrace/protocol';
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
import type { RequestTrace } from '../diagnostics.ts';
import { attributesOf, oneTopic, spanName } from './attributes.ts';
import type { Contexts } from './contexts.ts';
import { spanOf } from './open-spans.ts';
import type { Tools } from './tools.ts';

type AckItem = RequestTrace<'Acknowledge'>['body']['items'][number];

/** What is known of the messages that a request settles. */
interface Settled {
  /** Undefined: of none, or of several. */
  readonly work: SpanContext | undefined;
  readonly isHandled: boolean;
  readonly topic: string | undefined;
  readonly links: readonly Link[];
  readonly messages: number;
  /** What is said of all of them; several things: acknowledge. */
  readonly kind: string;
}

export function acknowledgeSpans(tools: Tools, known: Contexts) {
  return spanOf<RequestTrace<'Acknowledge'>>({
    begin: ({ body, clientName }) => {
      const settled = settledBy(tools, known, body.items);
      if (settled === undefined) return undefined;
      return begin(tools, settled, { group: body.group, clientName, name: settled.kind });
    },
  });
}

export function transactSpans(tools: Tools, known: Contexts) {
  return spanOf<RequestTrace<'Transact'>>({
    begin: ({ body, clientName }) => {
      const acknowledgements = body.acknowledgements ?? [];
      const settled = settledBy(
        tools,
        known,
        acknowledgements.flatMap(({ items }) => items),
      );
      const groups = [...acknowledgements, ...(body.offsets ?? [])].map(({ group }) => group);
      return begin(tools, settled, { group: oneTopic(groups), clientName, name: 'transact' });
    },
  });
}

export function commitSpans(tools: Tools) {
  return spanOf<RequestTrace<'OffsetCommit'>>({
    begin: ({ body, clientName }) =>
      begin(tools, undefined, { group: body.group, clientName, name: 'commit' }),
  });
}

function begin(
  { tracer }: Tools,
  settled: Settled | undefined,
  named: { readonly name: string; readonly group: string | undefined; readonly clientName: string },
): Span {
  const operation = {
    ...named,
    type: 'settle',
    topic: settled?.topic,
    messages: settled?.messages,
  } as const;
  return tracer.startSpan(
    spanName(operation),
    {
      kind: SpanKind.CLIENT,
      attributes: attributesOf(operation),
      links: [...(settled?.links ?? [])],
    },
    parentOf(settled),
  );
}

/** What is said in a moment is joined in one request: only of one message is it sure who said it. */
function parentOf(settled: Settled | undefined): Context {
  const active = contexts.active();
  if (settled === undefined) return active;
  const { work, isHandled, messages } = settled;
  const isSaidHere = messages === 1 && trace.getSpanContext(active) !== undefined;
  if (!isHandled && isSaidHere) return active;
  return work === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, work);
}

/** Undefined: they end no lease. */
function settledBy(
  { linksMax }: Tools,
  known: Contexts,
  items: readonly AckItem[],
): Settled | undefined {
  const works = new Map<string, SpanContext | undefined>();
  const topics = new Set<string>();
  const kinds = new Set<string>();
  const links: Link[] = [];
  let messages = 0;
  let isHandled = true;
  for (const { topicId, partition, firstOffset, lastOffset, kind } of items) {
    if (kind === 'extend') continue;
    kinds.add(kind);
    messages += lastOffset - firstOffset + 1;
    for (let offset = firstOffset; offset <= lastOffset; offset += 1) {
      const held = known.release(messageId(topicId, partition, offset));
      works.set(held?.work?.spanId ?? '', held?.work);
      isHandled = isHandled && held?.isHandled === true;
      if (held === undefined) continue;
      topics.add(held.topic);
      if (held.origin !== undefined && links.length < linksMax)
        links.push({ context: held.origin });
    }
  }
  if (kinds.size === 0) return undefined;
  const [work] = works.size === 1 ? works.values() : [];
  const kind = kinds.size === 1 ? ([...kinds][0] as string) : 'acknowledge';
  return { work, isHandled, topic: oneTopic(topics), links, messages, kind };
}
