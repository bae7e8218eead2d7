// Counts what members said of messages, from requests and replies, so that the handlers need not count themselves.

import { NO_ERROR } from '@millrace/protocol';
import type { Handlers } from '../handlers/handler.ts';
import type { ShardMetrics } from './shard-metrics.ts';

interface Range {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

const size = ({ firstOffset, lastOffset }: Range): number => lastOffset - firstOffset + 1;

export function observeHandlers(handlers: Handlers, metrics: ShardMetrics): Handlers {
  return {
    ...handlers,
    Acknowledge: async (request, context) => {
      const reply = await handlers.Acknowledge(request, context);
      reply.results.forEach(({ outcomes }, at) => {
        const kind = request.items[at]?.kind;
        if (kind === undefined) return;
        for (const outcome of outcomes) {
          if (outcome.errorCode === NO_ERROR) metrics.acknowledgedAs(kind, size(outcome));
        }
      });
      return reply;
    },
    Transact: async (request, context) => {
      const reply = await handlers.Transact(request, context);
      // All of it was done, or none.
      if (reply.repeated) return reply;
      for (const { items } of request.acknowledgements) {
        for (const item of items) metrics.acknowledgedAs(item.kind, size(item));
      }
      return reply;
    },
  };
}
