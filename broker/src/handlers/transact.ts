// Transact: found to be possible, carried out and remembered in one turn, so in one commit; answered when it is durable.

import { type AppendCommand, planTransaction } from '@millrace/core';
import { MillraceError, type RequestOf, validateBatch } from '@millrace/protocol';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

type Item = RequestOf<'Transact'>['batches'][number];

/** @throws MillraceError what is wrong with the batch, as Produce would say it. */
function appendCommand(item: Item, at: number): AppendCommand {
  try {
    return { ...item, header: validateBatch(item.batch) };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    throw new MillraceError(error.code, error.message, {
      ...error.detail,
      field: `batches[${at}]`,
    });
  }
}

export function createTransactHandler({ shard, space, metrics }: Services): Handler<'Transact'> {
  return async (request, { connection: { access } }) => {
    if (shard.isFull) await shard.whenRoom();
    // From here to `durable` nothing is waited for: what was planned holds for this turn alone.
    const batches = request.batches.map(appendCommand);
    const user = access.user === '' ? undefined : access.user;
    const planned = shard.stage((state, view, context) =>
      planTransaction(state, view, { request, batches, user }, context),
    );
    if (planned.repeated !== null) {
      // The first request with this id may not be durable yet, and may still be aborted.
      await shard.durable();
      return planned.repeated;
    }
    if (request.batches.length > 0) space.assertRoom();
    const { reply, deadLettered, records, bytes } = shard.stageTogether(planned.carryOut);
    await shard.durable();
    for (const [groupId, messages] of deadLettered) metrics.deadLettered(groupId, messages);
    if (records > 0) metrics.appended(records, bytes);
    return reply;
  };
}
