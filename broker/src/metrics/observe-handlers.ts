// Counts what the queue's handlers did, from their requests and replies, so that they need not count themselves.

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
    Receive: async (request, context) => {
      const reply = await handlers.Receive(request, context);
      for (const lease of reply.leases) metrics.leased(size(lease));
      return reply;
    },
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
  };
}
