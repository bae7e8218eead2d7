// Receive: lease messages from the topics in their order of priority, waiting for some if there are none.

import {
  decideReceive,
  type Lease,
  type PartitionRef,
  type PlacedLease,
  type ReceiveCommand,
  type ReceiveReply,
  RecordSources,
  receivablePartitions,
  type ShardState,
} from '@millrace/core';
import { MillraceError, type RequestOf } from '@millrace/protocol';
import type { Access } from '../access/access.ts';
import type { Shard } from '../shard/shard.ts';
import { Attempts } from './attempts.ts';
import { endAtOnce, giveBack } from './end-leases.ts';
import type { Handler } from './handler.ts';
import { longPoll } from './long-poll.ts';
import type { Services } from './services.ts';
import { requireAttachedTopics, requireStillThere } from './share-lookup.ts';

type Request = RequestOf<'Receive'>;

/** What a look for messages found out besides its leases. */
interface Look {
  /** It had no time to get to everything. */
  more: boolean;
  /** As many messages are in flight somewhere as the group allows. */
  isLimited: boolean;
  /** Why some partition gives nothing: records that this process cannot read. The others go on. [L-130] */
  refusal: MillraceError | undefined;
}

export function createReceiveHandler(services: Services): Handler<'Receive'> {
  const { shard, metrics } = services;
  const attempts = new Attempts(shard);
  const turns = new Turns();

  function take(
    groupId: number,
    topicIds: readonly number[],
    request: Request,
    look: Look,
  ): PlacedLease[] {
    const sources = new RecordSources();
    const leases: PlacedLease[] = [];
    let messagesLeft = request.maxMessages;
    let bytesLeft = request.maxBytes;
    const places = shard.peek((state) => turns.partitionsOf(state, groupId, topicIds));
    for (const place of places) {
      if (messagesLeft <= 0 || bytesLeft <= 0) break;
      const command = {
        groupId,
        ...place,
        memberId: request.memberId,
        maxMessages: messagesLeft,
        maxBytes: bytesLeft,
        firstWhole: leases.length === 0,
        visibilityTimeoutMs: request.visibilityTimeoutMs,
        sources,
      };
      const reply = tryPartition(shard, command, look);
      if (reply === undefined) continue;
      for (const lease of reply.leases) leases.push(placed(place, lease));
      messagesLeft -= messagesOf(reply.leases);
      bytesLeft -= reply.bytes;
      look.more ||= reply.more;
      look.isLimited ||= reply.isLimited;
      metrics.deadLettered(groupId, reply.deadLettered);
    }
    metrics.deadLettered(groupId, endAtOnce(shard, groupId, request.memberId, leases));
    return leases;
  }

  return async (request, context) => {
    const { access } = context.connection;
    const { groupId, topicIds } = requireAttachedTopics(services, request, access);
    const tryNow = () => {
      const look = beginLook(request, access);
      requireStillThere(services, { groupId, topicIds, request });
      const leased = attempts.lease(groupId, request, () => take(groupId, topicIds, request, look));
      return { leases: leased, ...look, seq: shard.stagedSeq };
    };
    const { leases, isLimited, refusal, seq } = await longPoll({
      tryNow,
      more: (found) => found.more,
      enough: (found) => found.leases.length > 0,
      waitMs: request.maxWaitMs,
      join: (attempt) => shard.waiters.waitForMessages(groupId, topicIds, attempt),
      passOn: () => shard.waiters.readyIn(groupId, topicIds),
      signal: context.signal,
    });
    const isAlone = await attempts.durable(seq, groupId, request, leases);
    if (context.signal.cancelled) {
      if (isAlone) giveBack(shard, groupId, leases);
      throw context.signal.reason ?? new MillraceError('CANCELLED');
    }
    throwIfEmpty(leases, refusal, isLimited);
    metrics.leased(groupId, messagesOf(leases));
    return { leases };
  };
}

/**
 * Where the walk over a group's partitions begins: another one each time, so that none is always first. Each group has its
 * own: of two that ask in turns, one counter for both would show each of them the same half of the partitions first.
 */
class Turns {
  readonly #last = new WeakMap<object, number>();

  partitionsOf(
    state: ShardState,
    groupId: number,
    topicIds: readonly number[],
  ): Iterable<PartitionRef> {
    const group = state.catalog.groups.get(groupId);
    if (group === undefined) return [];
    const turn = (this.#last.get(group) ?? 0) + 1;
    this.#last.set(group, turn);
    return receivablePartitions(state, groupId, topicIds, turn);
  }
}

function messagesOf(leases: readonly Lease[]): number {
  let messages = 0;
  for (const { firstOffset, lastOffset } of leases) messages += lastOffset - firstOffset + 1;
  return messages;
}

function throwIfEmpty(
  leases: readonly PlacedLease[],
  refusal: MillraceError | undefined,
  isLimited: boolean,
): void {
  if (leases.length > 0) return;
  if (refusal !== undefined) throw refusal;
  if (isLimited) throw new MillraceError('TOO_MANY_IN_FLIGHT');
}

/**
 * Field by field: V8 takes 20 microseconds for `{ ...place, ...lease }`, since fields that a literal adds after a spread
 * go the slow way.
 */
function placed({ topicId, partition }: PartitionRef, lease: Lease): PlacedLease {
  const { firstOffset, lastOffset, token, deliveries, deadlineMs, firstDeliveredAtMs, batches } =
    lease;
  return {
    topicId,
    partition,
    firstOffset,
    lastOffset,
    token,
    deliveries,
    deadlineMs,
    firstDeliveredAtMs,
    batches,
  };
}

/** A right may have been taken away since the request came, and it may have waited. Throws NOT_AUTHORIZED. */
function beginLook({ group, topics }: Request, access: Access): Look {
  if (!access.isUnlimited) {
    let refused = access.refusal('Receive', 'read', 'group', group);
    for (const name of topics) refused ??= access.refusal('Receive', 'read', 'topic', name);
    if (refused !== undefined) throw refused;
  }
  return { more: false, isLimited: false, refusal: undefined };
}

/** Undefined where its messages cannot be read here. */
function tryPartition(shard: Shard, command: ReceiveCommand, look: Look): ReceiveReply | undefined {
  try {
    return shard.stage((state, view, context) => decideReceive(state, view, command, context));
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'UNSUPPORTED_CODEC')) throw error;
    look.refusal ??= error;
    return undefined;
  }
}
