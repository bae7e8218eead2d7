// Share groups: administration, counters and peeking.

import {
  counters,
  decideAlterShareGroup,
  decideCreateShareGroup,
  decideDeleteShareGroup,
  describeShareGroups,
  peek,
} from '@millrace/core';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createShareGroupHandlers({ shard }: Services) {
  const create: Handler<'CreateShareGroup'> = (command) =>
    shard.submit((state, view, context) => decideCreateShareGroup(state, view, command, context));

  const alter: Handler<'AlterShareGroup'> = (command) =>
    shard.submit((state, view, context) => decideAlterShareGroup(state, view, command, context));

  const remove: Handler<'DeleteShareGroup'> = (command) =>
    shard.submit((state, view, context) => decideDeleteShareGroup(state, view, command, context));

  const describe: Handler<'DescribeShareGroups'> = (query) =>
    shard.submit((state, view) => describeShareGroups(state, view, query));

  const count: Handler<'Counters'> = (query) =>
    shard.submit((state, view) => counters(state, view, query));

  const look: Handler<'Peek'> = (query) => shard.submit((state, view) => peek(state, view, query));

  return {
    CreateShareGroup: create,
    AlterShareGroup: alter,
    DeleteShareGroup: remove,
    DescribeShareGroups: describe,
    Counters: count,
    Peek: look,
  };
}
