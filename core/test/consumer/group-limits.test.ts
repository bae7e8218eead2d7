// The limits of consumer groups, each met with LIMIT_EXCEEDED and nothing changed.
import { LIMITS } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import {
  applyWrites,
  decideCreateTopic,
  decideDeleteTopic,
  decideFollowTopics,
  decideHeartbeat,
  decideOffsetCommit,
  put,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { commitRequest, heartbeat, heartbeatRequest } from './group-requests.ts';

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

describe('limits of consumer groups', () => {
  it('has no more members in a group than the limit; who is one may join anew', () => {
    const machine = new Machine();
    const { state } = machine;
    heartbeat(machine, { memberId: 'm0', topics: [] });
    const held = { target: [], assigned: [], revoking: [] };
    const kind = { instanceId: null, topicPattern: null, assignor: null, isAway: false };
    const times = { sessionTimeoutMs: 1_000, rebalanceTimeoutMs: 1_000 };
    const row = { ...times, ...kind, ...held, topics: [] };
    for (const memberId of names('m', LIMITS.membersPerGroupMax).slice(1)) {
      applyWrites(state, [put('members', [1, memberId], { ...row, epoch: 1, joinedEpoch: 1 })]);
    }
    expect(state.consumers.at(1).members.size).toBe(LIMITS.membersPerGroupMax);
    const error = machine.refused(
      decideHeartbeat,
      heartbeatRequest({ memberId: 'one more', topics: [] }),
    );
    expect([error.code, error.detail.limit]).toEqual(['LIMIT_EXCEEDED', '1000 members']);
    expect(heartbeat(machine, { memberId: 'm1', topics: [] }).memberEpoch).toBe(2);
  });

  it('takes no member id that cannot be part of a stored key [C-3]', () => {
    for (const memberId of ['\u0000', 'a\nb', '\u007f']) {
      const error = new Machine().refused(decideHeartbeat, heartbeatRequest({ memberId }));
      expect([error.code, error.detail.field]).toEqual(['INVALID_REQUEST', 'memberId']);
    }
  });

  it('has no more topics in a group than the limit, over all its members', () => {
    const machine = new Machine();
    heartbeat(machine, { memberId: 'm0', topics: names('a', LIMITS.topicsPerGroupMax - 1) });
    heartbeat(machine, { memberId: 'm1', topics: ['a0', 'b0'] });
    const join = heartbeatRequest({ memberId: 'm2', topics: ['b1'] });
    expect(machine.refused(decideHeartbeat, join).code).toBe('LIMIT_EXCEEDED');
    const resubscribe = heartbeatRequest({ memberId: 'm1', memberEpoch: 2, topics: ['b0', 'b1'] });
    expect(machine.refused(decideHeartbeat, resubscribe).code).toBe('LIMIT_EXCEEDED');
    heartbeat(machine, { memberId: 'm1', memberEpoch: 2, topics: ['b1'] });
  });

  it('counts the topics that patterns match, and leaves out those created past the limit [C-33]', () => {
    const machine = new Machine();
    const create = (name: string) => {
      const spec = { name, partitions: 1, config: null, annotations: null, validateOnly: false };
      machine.run(decideCreateTopic, spec);
    };
    for (const name of names('t', LIMITS.topicsPerGroupMax)) create(name);
    const both = heartbeatRequest({ topics: ['other'], topicPattern: 't.*' });
    const error = machine.refused(decideHeartbeat, both);
    expect([error.code, error.detail.field]).toEqual(['LIMIT_EXCEEDED', 'topicPattern']);
    const { assignment } = heartbeat(machine, { topicPattern: 't.*' });
    expect(assignment).toHaveLength(LIMITS.topicsPerGroupMax);
    create('t-one-more');
    machine.run(decideFollowTopics, { limit: 1 });
    expect(machine.writes).toEqual([]);
    machine.run(decideDeleteTopic, { name: 't0' });
    machine.nowMs += 1_000;
    const next = heartbeat(machine, { memberEpoch: 1 });
    expect(next.assignment?.at(-1)?.topic).toBe('t-one-more');
  });

  it('names the field and the limit of a pattern that is none [C-33]', () => {
    const machine = new Machine();
    for (const topicPattern of ['(', '(?=a)', '(a)\\1', 'a**', '[z-a]', '(?:a{1000}){1000}']) {
      const error = machine.refused(decideHeartbeat, heartbeatRequest({ topicPattern }));
      expect([error.code, error.detail.field]).toEqual(['INVALID_PATTERN', 'topicPattern']);
      expect(error.detail.limit).toBe('RE2 syntax of at most 512 bytes');
    }
    expect(machine.state.catalog.groups.size).toBe(0);
  });

  it('refuses to create a group past the limit, by a member or from outside', () => {
    const machine = new Machine();
    const group = {
      kind: 'consumer',
      createdAtMs: 0,
      epoch: 0,
      topics: [],
      idleSinceMs: 1,
    } as const;
    applyWrites(machine.state, [put('meta', ['nextGroupId'], LIMITS.groupsMax + 1)]);
    for (const [i, name] of names('g', LIMITS.groupsMax).entries()) {
      applyWrites(machine.state, [put('groups', [i + 1], { ...group, name })]);
    }
    const join = heartbeatRequest({ group: 'one-more', topics: [] });
    expect(machine.refused(decideHeartbeat, join).code).toBe('LIMIT_EXCEEDED');
    const commit = commitRequest([], { group: 'one-more' });
    expect(machine.refused(decideOffsetCommit, commit).code).toBe('LIMIT_EXCEEDED');
  });

  it('lets nobody join a group whose epochs are nearly used up', () => {
    const machine = new Machine();
    const named = { kind: 'consumer', name: 'g', createdAtMs: 0 } as const;
    const group = { ...named, topics: [], idleSinceMs: 1 };
    applyWrites(machine.state, [
      put('meta', ['nextGroupId'], 2),
      put('groups', [1], { ...group, epoch: 0xffff_0000 }),
    ]);
    const join = heartbeatRequest({ topics: [] });
    expect(machine.refused(decideHeartbeat, join).code).toBe('LIMIT_EXCEEDED');
  });
});
