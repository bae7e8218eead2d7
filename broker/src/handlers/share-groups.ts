// Share groups: administration, counters, and looking at messages.

import {
  counters,
  countShareGroups,
  decideAlterShareGroup,
  decideCreateShareGroup,
  decideDeleteShareGroup,
  describeShareGroups,
  getMessage,
  listMessages,
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

  const count: Handler<'Counters'> = async (query) => {
    const counted = await shard.submit((state, view) => counters(state, view, query));
    return { ...counted, rates: ratesOf(query.group) };
  };

  const ratesOf = (group: string) =>
    shard.peek(({ catalog }, _, nowMs) => {
      const groupId = catalog.groupByName(group)?.groupId;
      return groupId === undefined ? null : shard.rates.ask(groupId, nowMs);
    });

  const countAll: Handler<'CountShareGroups'> = async (query) => {
    const counted = await shard.submit((state, view) => countShareGroups(state, view, query));
    const groups = counted.groups.map((group) => ({ ...group, rates: ratesOf(group.group) }));
    return { groups, nextAfterId: counted.nextAfterId };
  };

  const look: Handler<'Peek'> = (query) => shard.submit((state, view) => peek(state, view, query));

  const list: Handler<'ListMessages'> = (query) =>
    shard.submit((state, view) => listMessages(state, view, query));

  const get: Handler<'GetMessage'> = (query) =>
    shard.submit((state, view, context) => getMessage(state, view, query, context));

  return {
    CreateShareGroup: create,
    AlterShareGroup: alter,
    DeleteShareGroup: remove,
    DescribeShareGroups: describe,
    Counters: count,
    CountShareGroups: countAll,
    Peek: look,
    ListMessages: list,
    GetMessage: get,
  };
}
