// The ledger of effects: claiming one, and asking what became of it. Transact ends them.

import { decideClaimEffect, getEffect } from '@millrace/core';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createEffectHandlers({ shard }: Services) {
  const claimEffect: Handler<'ClaimEffect'> = (command) =>
    shard.submit((state, view, context) => decideClaimEffect(state, view, command, context));

  const get: Handler<'GetEffect'> = (query) =>
    shard.submit((state, view, context) => getEffect(state, view, query, context));

  return { ClaimEffect: claimEffect, GetEffect: get };
}
