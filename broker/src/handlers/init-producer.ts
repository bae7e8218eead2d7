// InitProducer: an id for a producer, or its next epoch; told when it is durable, so that none is ever given twice.

import { decideInitProducer, findProducer, type View } from '@millrace/core';
import { MillraceError, type RequestOf } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createInitProducerHandler({ shard, space }: Services): Handler<'InitProducer'> {
  return (request, { connection: { access } }) => {
    space.assertRoom();
    return shard.submit((state, view, context) => {
      const error = refusalById(access, view, request, context.nowMs);
      if (error !== undefined) return { error };
      const { user } = access;
      const command = user === '' ? request : { ...request, user };
      return decideInitProducer(state, view, command, context);
    });
  };
}

/** Ids can be counted through: they are no way around the name of a producer, nor to one of somebody else. */
function refusalById(
  access: Access,
  view: View,
  { producerId }: RequestOf<'InitProducer'>,
  nowMs: number,
): MillraceError | undefined {
  if (access.isUnlimited || producerId === null) return undefined;
  const { name = null, user = access.user } = findProducer(view, producerId, nowMs) ?? {};
  if (name === null) {
    return user === access.user ? undefined : new MillraceError('UNKNOWN_PRODUCER');
  }
  return access.refusal('InitProducer', 'write', 'group', name, `of producer ${producerId}`);
}
