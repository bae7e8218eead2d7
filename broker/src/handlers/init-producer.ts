// InitProducer: an id for a producer, or its next epoch; told when it is durable, so that none is ever given twice.

import { decideInitProducer } from '@millrace/core';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createInitProducerHandler({ shard, space }: Services): Handler<'InitProducer'> {
  return (request) => {
    space.assertRoom();
    return shard.submit((state, view, context) =>
      decideInitProducer(state, view, request, context),
    );
  };
}
