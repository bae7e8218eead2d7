// Members that come and go soon after one another share an epoch's targets in a large group [C-44].
import { beforeEach, describe, expect, it } from 'vitest';
import {
  decideAlterTopic,
  decideBeginEpochs,
  decideCreateTopic,
  decideFollowTopics,
  decideLeave,
  describeGroup,
  nextEpochDueMs,
  resumeSessions,
} from '../../src/index.ts';
import { Machine } from '../support/machine.ts';
import { type HeartbeatReply, heartbeat } from './group-requests.ts';

const PARTITIONS = 300;
/** Of 300 partitions and a member. */
const PAUSE_MS = 31;

let machine: Machine;

function join(memberId: string, topics = ['t']): HeartbeatReply {
  return heartbeat(machine, { memberId, topics });
}

function leave(memberId: string, memberEpoch: number): void {
  machine.run(decideLeave, { group: 'g', memberId, memberEpoch, keep: false });
}

function begin(): boolean {
  return machine.run(decideBeginEpochs, { limit: 1 }).more;
}

function sizes(): Record<string, number> {
  const { members } = machine.run(describeGroup, { group: 'g' });
  const sizeOf = (target: readonly { partitions: readonly number[] }[] | null) =>
    (target ?? []).reduce((sum, { partitions }) => sum + partitions.length, 0);
  return Object.fromEntries(members.map(({ memberId, target }) => [memberId, sizeOf(target)]));
}

function woken(): string[] {
  return machine.wake.flatMap((wake) => (wake.kind === 'members' ? wake.memberIds : [])).toSorted();
}

function dueMs(): number | undefined {
  return nextEpochDueMs(machine.state);
}

beforeEach(() => {
  machine = new Machine();
  const spec = { partitions: PARTITIONS, config: null, annotations: null, validateOnly: false };
  machine.run(decideCreateTopic, { ...spec, name: 't' });
  machine.run(decideCreateTopic, { ...spec, name: 'u' });
  join('m1');
});

describe('epochs of a large group [C-44]', () => {
  it('begin at once after a while of peace', () => {
    machine.nowMs += PAUSE_MS;
    join('m2');
    expect([sizes(), dueMs()]).toEqual([{ m1: 150, m2: 150 }, undefined]);
  });

  it('are shared by who joins soon after: each is a member at once, and is given its part a little later', () => {
    const second = join('m2');
    expect([second.memberEpoch, second.assignment]).toEqual([2, []]);
    expect(woken()).toEqual([]);
    expect(join('m3').memberEpoch).toBe(3);
    expect(sizes()).toEqual({ m1: 300, m2: 0, m3: 0 });
    const since = machine.nowMs;
    expect(begin()).toBe(false);
    expect(machine.writes).toEqual([]);
    const due = dueMs() ?? 0;
    expect(due - since).toBeGreaterThanOrEqual(PAUSE_MS);
    machine.nowMs = due;
    expect(begin()).toBe(false);
    expect(woken()).toEqual(['m1', 'm2', 'm3']);
    expect(sizes()).toEqual({ m1: 100, m2: 100, m3: 100 });
    expect([machine.run(describeGroup, { group: 'g' }).epoch, dueMs()]).toEqual([4, undefined]);
  });

  it('are shared by who leaves, whose partitions are free at once and wait for an heir', () => {
    join('m2');
    machine.nowMs = dueMs() ?? 0;
    begin();
    leave('m1', 1);
    expect(sizes()).toEqual({ m2: 150 });
    join('m3');
    machine.nowMs = dueMs() ?? 0;
    begin();
    expect(sizes()).toEqual({ m2: 150, m3: 150 });
    const { assignment } = heartbeat(machine, { memberId: 'm3', memberEpoch: 5 });
    expect(assignment?.[0]?.partitions).toHaveLength(150);
  });

  it('are not forgotten by a restart', () => {
    join('m2');
    const due = dueMs();
    machine.reload();
    resumeSessions(machine.state.consumers, machine.nowMs);
    expect([dueMs(), due !== undefined]).toEqual([due, true]);
    machine.nowMs = due ?? 0;
    begin();
    expect(sizes()).toEqual({ m1: 150, m2: 150 });
  });

  it('begin by any heartbeat, too, when the pause is over', () => {
    join('m2');
    expect(heartbeat(machine, { memberId: 'm1', memberEpoch: 1 }).memberEpoch).toBe(2);
    machine.nowMs = dueMs() ?? 0;
    heartbeat(machine, { memberId: 'm1', memberEpoch: 2 });
    expect([sizes(), dueMs()]).toEqual([{ m1: 150, m2: 150 }, undefined]);
  });

  it('follow the topics after the pause', () => {
    machine.run(decideAlterTopic, { name: 't', partitions: 310, config: null, annotations: null });
    machine.run(decideFollowTopics, { limit: 1 });
    expect(sizes()).toEqual({ m1: 300 });
    machine.nowMs = dueMs() ?? 0;
    begin();
    expect(sizes()).toEqual({ m1: 310 });
  });

  it('do not wait where a member subscribes to something else, or the last one goes', () => {
    join('m1', ['u']);
    const { members } = machine.run(describeGroup, { group: 'g' });
    expect(members[0]?.target).toEqual([{ topicId: 2, partitions: expect.any(Array) }]);
    leave('m1', 2);
    expect([machine.run(describeGroup, { group: 'g' }).state, dueMs()]).toEqual([
      'empty',
      undefined,
    ]);
  });
});
