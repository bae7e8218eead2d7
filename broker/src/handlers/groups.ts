// Consumer groups: heartbeat, leave, offsets, and the list of groups of both kinds.

import {
  decideDeleteGroup,
  decideHeartbeat,
  decideLeave,
  decideOffsetCommit,
  describeGroup,
  fetchOffsets,
  leaseHolders,
  listGroups,
  touchSession,
} from '@millrace/core';
import type { Handler } from './handler.ts';
import type { Services } from './services.ts';

export function createGroupHandlers({ shard }: Services) {
  const groupHeartbeat: Handler<'GroupHeartbeat'> = async (command) => {
    const reply = shard.stage((state, view, context) =>
      decideHeartbeat(state, view, command, context),
    );
    shard.peek((state, _, nowMs) => touchSession(state, command, reply, nowMs));
    await shard.durable();
    return reply;
  };

  const groupLeave: Handler<'GroupLeave'> = (command) =>
    shard.submit((state, view, context) => decideLeave(state, view, command, context));

  const offsetCommit: Handler<'OffsetCommit'> = (command) =>
    shard.submit((state, view, context) => decideOffsetCommit(state, view, command, context));

  const offsetFetch: Handler<'OffsetFetch'> = (query) =>
    shard.submit((state, view) => fetchOffsets(state, view, query));

  const list: Handler<'ListGroups'> = () =>
    shard.read((state) => listGroups(state, (groupId) => leaseHolders(state, groupId)));

  const describe: Handler<'DescribeGroup'> = (query) =>
    shard.submit((state, view) => describeGroup(state, view, query));

  const deleteGroup: Handler<'DeleteGroup'> = (command) =>
    shard.submit((state, view, context) => decideDeleteGroup(state, view, command, context));

  return {
    GroupHeartbeat: groupHeartbeat,
    GroupLeave: groupLeave,
    OffsetCommit: offsetCommit,
    OffsetFetch: offsetFetch,
    ListGroups: list,
    DescribeGroup: describe,
    DeleteGroup: deleteGroup,
  };
}
