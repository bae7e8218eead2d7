// A refusal tells of the state too: that a topic exists, that a lease is gone. It is told when that state is durable,
// like every other reply. [I1]

import type { Shard } from '../shard/shard.ts';
import type { Handlers, RequestContext } from './handler.ts';

type AnyHandler = (request: never, context: RequestContext) => unknown;

/** The same handlers; what they throw is thrown once all that was staged until then is flushed. */
export function toldDurably(shard: Shard, handlers: Handlers): Handlers {
  const wrapped = Object.entries(handlers).map(([api, handler]) => [
    api,
    waitOnRefusal(shard, handler),
  ]);
  return Object.fromEntries(wrapped) as Handlers;
}

function waitOnRefusal(shard: Shard, handler: AnyHandler): AnyHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (refusal) {
      await shard.durable();
      throw refusal;
    }
  };
}
