// Spans of what the broker does by itself with messages that belong to a trace: it moves them to a dead-letter topic, and
// back. Loaded only where traces are exported. It changes nothing, and looks at nothing else.

import type { Tracing } from '@millrace/options';
import { DEAD_LETTER_HEADERS, type LogRecord, messageId, readRecords } from '@millrace/protocol';
import {
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import type { MovedBatch } from '../shard/moved-batches.ts';

type Tools = Pick<Tracing, 'provider' | 'propagator'>;

const GETTER: TextMapGetter<LogRecord> = {
  get: ({ headers }, name) => textOf(headers, name),
  keys: ({ headers }) => headers.map(([name]) => name),
};

/** Told of batches that are on the disk. `topicName`: undefined of a topic that is gone. */
export function letterSpans(
  { provider, propagator }: Tools,
  version: string,
  topicName: (topicId: number) => string | undefined,
): (moved: MovedBatch) => void {
  const tracer = provider.getTracer('@millrace/broker', version);
  return ({ by, topicId, partition, batch, atMs }) => {
    const topic = topicName(topicId);
    const operation = by === 'death' ? 'dead-letter' : 'redrive';
    for (const record of readRecords(batch)) {
      const parent = propagator.extract(ROOT_CONTEXT, record, GETTER);
      const origin = trace.getSpanContext(parent);
      if (origin === undefined) continue;
      const span = tracer.startSpan(
        topic === undefined ? operation : `${operation} ${topic}`,
        {
          kind: SpanKind.INTERNAL,
          startTime: atMs,
          links: linkTo(origin),
          attributes: {
            'messaging.system': 'millrace',
            'messaging.operation.name': operation,
            'messaging.destination.name': topic,
            'messaging.destination.partition.id': String(partition),
            'messaging.message.id': messageId(topicId, partition, record.offset),
            'messaging.millrace.message.offset': record.offset,
            ...(by === 'death' ? deathOf(record) : {}),
          },
        },
        parent,
      );
      span.end();
    }
  };
}

/** Where it died and why; the text of the error stays with the message. */
function deathOf({ headers }: LogRecord) {
  const { topic, group, reason, deliveries, messageId: first } = DEAD_LETTER_HEADERS;
  return {
    'messaging.consumer.group.name': textOf(headers, group),
    'messaging.millrace.dead_letter.source': textOf(headers, topic),
    'messaging.millrace.dead_letter.reason': textOf(headers, reason),
    'messaging.millrace.dead_letter.message_id': textOf(headers, first),
    'messaging.millrace.message.delivery_count': Number(textOf(headers, deliveries) ?? 0),
  };
}

function linkTo(context: SpanContext) {
  return [{ context }];
}

function textOf(headers: LogRecord['headers'], name: string): string | undefined {
  const found = headers.findLast(([key]) => key === name);
  return found && Buffer.from(found[1]).toString('utf8');
}
