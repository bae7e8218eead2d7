// Handlers of a consumer as they are, told of where somebody listens.

import { tracedHandler } from '../diagnostics.ts';
import type { ConsumerMessage } from './chunk.ts';
import type { ConsumerSettings } from './options.ts';
import type { RunHandlers } from './run.ts';

export function tracedHandlers<V>(
  handlers: RunHandlers<V>,
  { group, newSink }: Pick<ConsumerSettings<V>, 'group' | 'newSink'>,
): RunHandlers<V> {
  // What is built on a consumer tells of its handlers itself; whoever gives none is told so where they are checked.
  if (newSink !== undefined || !handlers) return handlers;
  const { eachMessage, eachBatch } = handlers;
  const trace = (messages: readonly ConsumerMessage<V>[]) => ({
    by: 'consumer' as const,
    group,
    messages,
  });
  return {
    ...handlers,
    ...(typeof eachMessage === 'function' && {
      eachMessage: (message, context) =>
        tracedHandler(
          () => trace([message]),
          () => eachMessage(message, context),
        ),
    }),
    ...(typeof eachBatch === 'function' && {
      eachBatch: (batch, context) =>
        tracedHandler(
          () => trace(batch.messages),
          () => eachBatch(batch, context),
        ),
    }),
  };
}
