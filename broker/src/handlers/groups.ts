// Consumer groups: heartbeat, leave, offsets, and the list of groups of both kinds.

import {
  decideDeleteGroup,
  decideHeartbeat,
  decideLeave,
  decideOffsetCommit,
  describeGroup,
  fetchOffsets,
  type HeartbeatReply,
  leaseHolders,
  listGroups,
  touchAway,
  touchSession,
} from '@millrace/core';
import type { RequestOf } from '@millrace/protocol';
import { topicRefusals } from '../access/topic-refusals.ts';
import type { CancelSignal, Handler } from './handler.ts';
import { itemError } from './item-outcome.ts';
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

  const commit = (command: RequestOf<'OffsetCommit'>) =>
    shard.submit((state, view, context) => decideOffsetCommit(state, view, command, context));

  /** What may not be committed is left out of the decision, and answered in its place. */
  const offsetCommit: Handler<'OffsetCommit'> = async (command, context) => {
    const refusals = topicRefusals(context, shard, 'OffsetCommit', 'read');
    if (refusals === undefined) return commit(command);
    const refused = command.offsets.map(({ topicId }) => refusals.of(topicId));
    const offsets = command.offsets.filter((_, at) => refused[at] === undefined);
    const results = [...(await commit({ ...command, offsets })).results];
    for (const [at, refusal] of refused.entries()) {
      if (refusal !== undefined) results.splice(at, 0, itemError(refusal));
    }
    return { results };
  };

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
