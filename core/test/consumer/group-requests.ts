// Requests of consumer groups with what tests leave out filled in, and heartbeats as a broker handles them.
import type { RequestInput, RequestOf, ResponseOf } from '@millrace/protocol';
import { decideHeartbeat, touchSession } from '../../src/index.ts';
import type { Machine } from '../support/machine.ts';

export type HeartbeatRequest = RequestOf<'GroupHeartbeat'>;
export type HeartbeatReply = ResponseOf<'GroupHeartbeat'>;

export function heartbeatRequest(fields: Partial<HeartbeatRequest> = {}): HeartbeatRequest {
  return {
    group: 'g',
    memberId: 'm',
    memberEpoch: 0,
    sessionTimeoutMs: 45_000,
    topics: null,
    owned: null,
    instanceId: null,
    topicPattern: null,
    assignor: null,
    rebalanceTimeoutMs: 300_000,
    maxWaitMs: 0,
    ...fields,
  };
}

/** Decides, applies, and begins the session anew; throws what was refused. */
export function heartbeat(machine: Machine, fields: Partial<HeartbeatRequest>): HeartbeatReply {
  return heartbeatNews(machine, fields).reply;
}

/** The same, and whether the broker would answer at once. */
export function heartbeatNews(
  machine: Machine,
  fields: Partial<HeartbeatRequest>,
): { readonly reply: HeartbeatReply; readonly isNews: boolean } {
  const request = heartbeatRequest(fields);
  const { reply, isNews } = machine.run(decideHeartbeat, request);
  touchSession(machine.state, request, reply, machine.nowMs);
  return { reply, isNews };
}

type CommitInput = RequestInput<'OffsetCommit'>;

export function commitRequest(
  offsets: readonly { topicId: number; partition: number; offset: number }[],
  from: Partial<Omit<CommitInput, 'offsets'>> = {},
): RequestOf<'OffsetCommit'> {
  const { group = 'g', memberId = null, memberEpoch = -1 } = from;
  const items = offsets.map((item) => ({ metadata: null, ...item }));
  return { group, memberId, memberEpoch, offsets: items };
}
