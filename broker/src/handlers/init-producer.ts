// InitProducer: an id for a producer, or its next epoch; told when it is durable, so that none is ever given twice.

import { decideInitProducer, findProducer, type View } from '@millrace/core';
import type { MillraceError, RequestOf } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createInitProducerHandler({ shard, space }: Services): Handler<'InitProducer'> {
  return (request, { connection: { access } }) => {
    space.assertRoom();
    return shard.submit((state, view, context) => {
      const error = refusalById(access, view, request, context.nowMs);
      return error === undefined ? decideInitProducer(state, view, request, context) : { error };
    });
  };
}

/** An id is no way around its name: whoever may not take over the name does not by counting through the ids. */
function refusalById(
  access: Access,
  view: View,
  { producerId }: RequestOf<'InitProducer'>,
  nowMs: number,
): MillraceError | undefined {
  if (access.isUnlimited || producerId === null) return undefined;
  const name = findProducer(view, producerId, nowMs)?.name ?? null;
  if (name === null) return undefined;
  return access.refusal('InitProducer', 'write', 'group', name, `of producer ${producerId}`);
}
