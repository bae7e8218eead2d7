// Consumer groups: heartbeat, leave, and the list of groups of both kinds.

import {
  decideDeleteGroup,
  decideHeartbeat,
  decideLeave,
  describeGroup,
  type HeartbeatReply,
  leaseHolders,
  listGroups,
  touchAway,
  touchSession,
} from '@millrace/core';
import type { RequestOf } from '@millrace/protocol';
import type { CancelSignal, Handler } from './handler.ts';
import { longPoll } from './long-poll.ts';
import type { Services } from './services.ts';

type Heartbeat = RequestOf<'GroupHeartbeat'>;

export function createGroupHandlers({ shard }: Services) {
  function beat(command: Heartbeat): HeartbeatReply {
    const found = shard.stage((state, view, context) =>
      decideHeartbeat(state, view, command, context),
    );
    shard.peek((state, _, nowMs) => touchSession(state, command, found.reply, nowMs));
    return found;
  }

  /** Tries again when there is news for the member. What it heard first is the answer when the time is over [C-40]. */
  function waitForNews(
    command: Heartbeat,
    first: HeartbeatReply,
    signal: CancelSignal,
  ): HeartbeatReply | Promise<HeartbeatReply> {
    let heard: HeartbeatReply | undefined = first;
    return longPoll({
      tryNow: () => {
        const found = heard ?? beat(command);
        heard = undefined;
        return found;
      },
      enough: ({ isNews }) => isNews,
      waitMs: Math.min(command.maxWaitMs, first.waitMsMax),
      join: (attempt) => shard.waiters.members.wait(first.groupId, command.memberId, attempt),
      signal,
    });
  }

  const groupHeartbeat: Handler<'GroupHeartbeat'> = async (command, { signal }) => {
    const first = beat(command);
    const { reply } = first.isNews ? first : await waitForNews(command, first, signal);
    await shard.durable();
    return reply;
  };

  const groupLeave: Handler<'GroupLeave'> = async (command) => {
    const reply = shard.stage((state, view, context) => decideLeave(state, view, command, context));
    shard.peek((state, _, nowMs) => touchAway(state, command, nowMs));
    await shard.durable();
    return reply;
  };

  const list: Handler<'ListGroups'> = () =>
    shard.read((state) => listGroups(state, (groupId) => leaseHolders(state, groupId)));

  const describe: Handler<'DescribeGroup'> = (query) =>
    shard.submit((state, view) => describeGroup(state, view, query));

  const deleteGroup: Handler<'DeleteGroup'> = (command) =>
    shard.submit((state, view, context) => decideDeleteGroup(state, view, command, context));

  return {
    GroupHeartbeat: groupHeartbeat,
    GroupLeave: groupLeave,
    ListGroups: list,
    DescribeGroup: describe,
    DeleteGroup: deleteGroup,
  };
}
