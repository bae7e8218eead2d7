// Trace commands of consumer groups, over one Machine, beside those of topics and logs.
import { errorName, type ResponseOf } from '@millrace/protocol';
import {
  decideDeleteGroup,
  decideExpireGroups,
  decideExpireMembers,
  decideFollowTopics,
  decideLeave,
  decideOffsetCommit,
  describeGroup,
  fetchOffsets,
  listGroups,
  nextSessionDueMs,
  put,
  resumeSessions,
  touchAway,
} from '../../src/index.ts';
import { logCommands, placeOf } from '../support/log-commands.ts';
import type { Machine } from '../support/machine.ts';
import { numberOf, type TraceCommand, type TraceCommands, word } from '../support/trace.ts';
import { commitRequest, type HeartbeatReply, heartbeatNews } from './group-requests.ts';

type TopicPartitions = { topicId: number; partitions: number[] };
type DescribedMember = ResponseOf<'DescribeGroup'>['members'][number];

/** `a/0,a/2`, or `none`. */
function ownedOf(machine: Machine, text: string | undefined): TopicPartitions[] | null {
  if (text === undefined) return null;
  if (text === 'none') return [];
  return text.split(',').map((place) => {
    const { topicId, partition } = placeOf(machine, place);
    return { topicId, partitions: [partition] };
  });
}

function assignorOf(text: string | undefined): 'uniform' | 'range' | null {
  return text === 'uniform' || text === 'range' ? text : null;
}

function placesText(machine: Machine, topics: readonly TopicPartitions[]): string {
  const nameOf = (id: number) => machine.state.catalog.topics.get(id)?.name ?? `${id}`;
  return topics
    .map(({ topicId, partitions }) => partitions.map((p) => `${nameOf(topicId)}/${p}`).join(' '))
    .join(' ');
}

function replyText(machine: Machine, reply: HeartbeatReply): string {
  const { memberEpoch, heartbeatIntervalMs, assignment } = reply;
  const told = assignment === null ? 'as before' : placesText(machine, assignment) || 'nothing';
  return `epoch ${memberEpoch}: ${told} (${heartbeatIntervalMs} ms)`;
}

function memberText(machine: Machine, member: DescribedMember): string {
  const { memberId, instanceId, topicPattern, isAway, assigned, target } = member;
  const named = instanceId === null ? '' : ` (${instanceId}${isAway ? ', away' : ''})`;
  const pattern = topicPattern === null ? '' : ` of ${topicPattern}`;
  const has = placesText(machine, assigned) || 'nothing';
  const wants = placesText(machine, target ?? []) || 'nothing';
  return `${memberId}${named}${pattern} has ${has}${has === wants ? '' : `, should have ${wants}`}`;
}

function membershipCommands(machine: Machine): TraceCommands {
  const beat = (command: TraceCommand, memberEpoch: number) => {
    const topics = command.options.get('topics')?.split(',').filter(Boolean) ?? null;
    const owned = ownedOf(machine, command.options.get('owned'));
    const sessionTimeoutMs = numberOf(command, 'session', 45_000);
    const { reply, isNews } = heartbeatNews(machine, {
      group: word(command, 0),
      memberId: command.words[1] ?? '',
      memberEpoch,
      sessionTimeoutMs,
      rebalanceTimeoutMs: numberOf(command, 'rebalance', 300_000),
      topics,
      topicPattern: command.options.get('pattern') ?? null,
      instanceId: command.options.get('instance') ?? null,
      assignor: assignorOf(command.options.get('assignor')),
      owned,
    });
    if (command.options.has('wait') && !isNews) return 'waits';
    return replyText(machine, reply);
  };
  return {
    join: (command) => beat(command, 0),
    beat: (command) => beat(command, numberOf(command, 'epoch')),
    leave: (command) => {
      const memberEpoch = numberOf(command, 'epoch');
      const keep = command.words[2] === 'keep';
      const names = { group: word(command, 0), memberId: word(command, 1) };
      machine.run(decideLeave, { ...names, memberEpoch, keep });
      if (keep) touchAway(machine.state, { ...names, memberEpoch, keep }, machine.nowMs);
      return undefined;
    },
    expire: (command) => {
      const { expired } = machine.run(decideExpireMembers, {
        limit: numberOf(command, 'limit', 10),
      });
      return expired.map(({ group, memberId }) => `${group} ${memberId}`).join('\n') || 'nobody';
    },
    'follow-topics': (command) => {
      const { more } = machine.run(decideFollowTopics, { limit: numberOf(command, 'limit', 10) });
      return more ? 'more' : 'done';
    },
    /** To whom the last decision was news, besides its sender. */
    woken: () =>
      machine.wake
        .flatMap((wake) => (wake.kind === 'members' ? wake.memberIds : []))
        .toSorted()
        .join(' ') || 'nobody',
    'session-due': () => `${nextSessionDueMs(machine.state.consumers) ?? 'never'}`,
    restart: () => {
      machine.reload();
      resumeSessions(machine.state.consumers, machine.nowMs);
      return undefined;
    },
    /** Tables the last decision wrote to. */
    written: () =>
      machine.writes.map(({ table, key }) => `${table} ${key.join(' ')}`).join('\n') || 'nothing',
  };
}

function offsetCommands(machine: Machine): TraceCommands {
  return {
    /** `commit g m epoch=2 orders/0=5`; without a member: from outside. */
    commit: (command) => {
      const memberId = command.words[1] ?? null;
      const memberEpoch = numberOf(command, 'epoch', -1);
      const offsets = [...command.options]
        .filter(([name]) => name !== 'epoch')
        .map(([place, offset]) => ({ ...placeOf(machine, place), offset: Number(offset) }));
      const request = commitRequest(offsets, { group: word(command, 0), memberId, memberEpoch });
      const { results } = machine.run(decideOffsetCommit, request);
      return results
        .map(({ errorCode, errorMessage }) => {
          const name = errorName(errorCode);
          return name === undefined ? 'stored' : `${name}: ${errorMessage}`;
        })
        .join('\n');
    },
    offsets: (command) => {
      const places = command.words.slice(1).map((place) => placeOf(machine, place));
      const partitions = places.length === 0 ? null : places;
      const { offsets } = machine.run(fetchOffsets, { group: word(command, 0), partitions });
      return (
        offsets
          .map(({ topicId, partition, offset }) => {
            return `${placesText(machine, [{ topicId, partitions: [partition] }])} ${offset}`;
          })
          .join('\n') || 'none'
      );
    },
  };
}

function adminCommands(machine: Machine): TraceCommands {
  return {
    group: (command) => {
      const reply = machine.run(describeGroup, { group: word(command, 0) });
      const members = reply.members.map(({ memberId, memberEpoch, topics, assigned }) => {
        const works = placesText(machine, assigned) || 'nothing';
        return `${memberId} in epoch ${memberEpoch} of ${topics.join(',')} works on ${works}`;
      });
      const offsets = reply.offsets.map(
        ({ topic, partition, offset, endOffset, lag }) =>
          `${topic}/${partition} at ${offset} of ${endOffset} lag ${lag}`,
      );
      return [`epoch ${reply.epoch}`, ...members, ...offsets].join('\n');
    },
    members: (command) => {
      const reply = machine.run(describeGroup, { group: word(command, 0) });
      const members = reply.members.map((member) => memberText(machine, member));
      return [`${reply.state}, ${reply.assignor ?? 'no assignor'}`, ...members].join('\n');
    },
    'expire-groups': (command) => {
      const retentionMs = numberOf(command, 'retention');
      const limit = numberOf(command, 'limit', 10);
      return machine.run(decideExpireGroups, { retentionMs, limit }).expired.join('\n') || 'none';
    },
    groups: () =>
      listGroups(machine.state, () => 7)
        .groups.map(({ name, kind, members }) => `${name} ${kind} ${members}`)
        .join('\n') || 'none',
    'delete-group': (command) => {
      machine.run(decideDeleteGroup, { group: word(command, 0) });
      return undefined;
    },
    /** A share group, as far as consumer groups are concerned. */
    'share-group': (command) => {
      const { nextGroupId } = machine.state.catalog;
      const config = {} as never;
      const row = {
        kind: 'share',
        name: word(command, 0),
        createdAtMs: machine.nowMs,
        config,
      } as const;
      machine.run(
        () => ({
          writes: [
            put('meta', ['nextGroupId'], nextGroupId + 1),
            put('groups', [nextGroupId], row),
          ],
          reply: undefined,
          wake: [],
        }),
        undefined,
      );
      return undefined;
    },
  };
}

export function groupCommands(machine: Machine): TraceCommands {
  return {
    ...logCommands(machine),
    ...membershipCommands(machine),
    ...offsetCommands(machine),
    ...adminCommands(machine),
  };
}
