// What a heartbeat has to be to join a group [C-3]. It changes nothing.

import { LIMITS, type RequestOf } from '@millrace/protocol';
import { type Refused, refuse } from '../decision.ts';
import { checkKeyText } from '../expiries/check-key-text.ts';
import type { ShardState } from '../shard-state.ts';
import type { ConsumerGroup } from './consumer-groups.ts';
import { checkSubscription } from './subscribe.ts';
import type { Subscription } from './subscriptions.ts';

type Command = RequestOf<'GroupHeartbeat'>;

/** Epochs are 32 bits on the wire; from here on a group is only wound up. */
const EPOCH_JOINED_MAX = 0xffff_0000;

export function checkJoin(
  state: ShardState,
  group: ConsumerGroup,
  epoch: number,
  command: Command,
  subscription: Subscription | undefined,
): Refused | undefined {
  return (
    checkFields(command) ??
    checkInstance(group, command) ??
    checkRoom(group, command) ??
    checkTopics(state, group, command, subscription) ??
    checkEpoch(epoch)
  );
}

function checkFields({ memberId, instanceId, owned }: Command): Refused | undefined {
  if (memberId === '') {
    return refuse('INVALID_REQUEST', 'A member needs an id.', { field: 'memberId' });
  }
  const unfit = checkKeyText(memberId, 'memberId');
  if (unfit !== undefined) return unfit;
  const unfitInstance = instanceId === null ? undefined : checkKeyText(instanceId, 'instanceId');
  if (unfitInstance !== undefined) return unfitInstance;
  if (owned?.some(({ partitions }) => partitions.length > 0) === true) {
    return refuse('INVALID_REQUEST', 'A member joins with nothing owned.', { field: 'owned' });
  }
  return undefined;
}

/** The place of a static member is free while it is away; who is there keeps it [C-36]. */
function checkInstance(
  { instances, members }: ConsumerGroup,
  { memberId, instanceId }: Command,
): Refused | undefined {
  const holder = instanceId === null ? undefined : instances.get(instanceId);
  if (holder === undefined || holder === memberId) return undefined;
  if (members.get(holder)?.isAway === true) return undefined;
  const message = `Member ${holder} works under the instance id ${instanceId}.`;
  return refuse('INSTANCE_IN_USE', message, { field: 'instanceId' });
}

/** A place that is taken over is not one more. */
function checkRoom(
  { instances, members }: ConsumerGroup,
  { memberId, instanceId }: Command,
): Refused | undefined {
  const isTakingOver = instanceId !== null && instances.has(instanceId);
  if (members.size < LIMITS.membersPerGroupMax || members.has(memberId) || isTakingOver) {
    return undefined;
  }
  const limit = `${LIMITS.membersPerGroupMax} members`;
  return refuse('LIMIT_EXCEEDED', `A group has at most ${limit}.`, { limit });
}

function checkTopics(
  { catalog, consumers }: ShardState,
  group: ConsumerGroup,
  command: Command,
  wanted: Subscription | undefined,
): Refused | undefined {
  if (wanted === undefined) {
    return refuse('INVALID_REQUEST', 'To join, say which topics.', { field: 'topics' });
  }
  const others = new Set<Subscription>();
  for (const { memberId, subscription } of group.members.values()) {
    if (memberId !== command.memberId) others.add(subscription);
  }
  return checkSubscription(catalog, consumers.patterns, wanted, others);
}

function checkEpoch(epoch: number): Refused | undefined {
  if (epoch < EPOCH_JOINED_MAX) return undefined;
  const limit = `${EPOCH_JOINED_MAX} epochs`;
  return refuse('LIMIT_EXCEEDED', 'The group is used up: delete it when it is empty.', { limit });
}
