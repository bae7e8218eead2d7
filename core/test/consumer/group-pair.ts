// A consumer group and its naive model side by side: every method does the same to both, and gives what each answered.
import { errorName, MillraceError } from '@millrace/protocol';
import {
  decideAlterTopic,
  decideAppend,
  decideCreateTopic,
  decideDeleteTopic,
  decideExpireMembers,
  decideFollowTopics,
  decideLeave,
  decideOffsetCommit,
  describeGroup,
  nextSessionDueMs,
  resumeSessions,
  touchAway,
} from '../../src/index.ts';
import { appendOf } from '../support/batches.ts';
import { Machine } from '../support/machine.ts';
import { commitRequest, heartbeat } from './group-requests.ts';
import { dueMsOf, NaiveGroup } from './naive-group.ts';
import type { NaiveBeat, NaiveTopic, Place } from './naive-types.ts';

export interface Compared {
  readonly actual: unknown;
  readonly expected: unknown;
}

/** The result, or the code of the error thrown. */
function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof MillraceError) return error.code;
    throw error;
  }
}

export class GroupPair {
  readonly machine = new Machine();
  readonly naive = new NaiveGroup();
  readonly topics = new Map<string, NaiveTopic>();

  /** What members should have: taken from the group, since there is more than one right answer, and checked. */
  #followTargets(): void {
    const found = outcome(() => this.machine.run(describeGroup, { group: 'g' }));
    if (typeof found === 'string') return;
    const targets = found.members.map(({ memberId, target }): [string, Place[]] => {
      return [memberId, placesOf(target ?? [])];
    });
    this.naive.targets = new Map(targets);
  }

  targets(): Compared {
    return { actual: this.naive.faultOfTargets(), expected: undefined };
  }

  beat(beat: NaiveBeat): Compared {
    const { machine } = this;
    const reply = outcome(() =>
      heartbeat(machine, {
        memberId: beat.id,
        memberEpoch: beat.epoch,
        sessionTimeoutMs: beat.sessionMs,
        rebalanceTimeoutMs: beat.rebalanceMs,
        topics: beat.topics && [...beat.topics],
        topicPattern: beat.pattern,
        instanceId: beat.instance,
        owned: beat.owned?.map(topicPartitionsOf) ?? null,
      }),
    );
    this.#followTargets();
    const naive = this.naive.beat(beat, this.topics, machine.nowMs);
    const expected =
      typeof naive === 'string' ? naive : { ...naive, told: naive.told?.toSorted() ?? null };
    if (typeof reply === 'string') return { actual: reply, expected };
    const told = reply.assignment && placesOf(reply.assignment);
    return { actual: { epoch: reply.memberEpoch, told }, expected };
  }

  leave(memberId: string, memberEpoch: number, keep: boolean): Compared {
    const { machine } = this;
    const command = { group: 'g', memberId, memberEpoch, keep };
    const reply = outcome(() => machine.run(decideLeave, command));
    if (typeof reply !== 'string' && keep) touchAway(machine.state, command, machine.nowMs);
    this.#followTargets();
    const expected = this.naive.leave(memberId, memberEpoch, keep, this.topics, machine.nowMs);
    return { actual: typeof reply === 'string' ? reply : 'ok', expected };
  }

  follow(): undefined {
    this.machine.run(decideFollowTopics, { limit: 10 });
    this.#followTargets();
    this.naive.follow(this.topics);
  }

  advance(ms: number): Compared {
    const { machine } = this;
    machine.nowMs += ms;
    const { expired } = machine.run(decideExpireMembers, { limit: 10 });
    this.#followTargets();
    const expected = this.naive.expire(this.topics, machine.nowMs).toSorted();
    return { actual: expired.map(({ memberId }) => memberId).toSorted(), expected };
  }

  commit(memberId: string | null, memberEpoch: number, place: Place, offset: number): Compared {
    const expected = this.naive.commit(memberId, memberEpoch, place, offset, this.topics);
    const request = commitRequest([{ ...itemOf(place), offset }], { memberId, memberEpoch });
    const reply = outcome(() => this.machine.run(decideOffsetCommit, request));
    const code = typeof reply === 'string' ? reply : errorName(reply.results[0]?.errorCode ?? 0);
    return { actual: code ?? 'ok', expected };
  }

  restart(): void {
    this.machine.reload();
    resumeSessions(this.machine.state.consumers, this.machine.nowMs);
    this.naive.restart(this.machine.nowMs);
  }

  createTopic(name: string): void {
    if (this.topics.has(name)) return;
    const partitions = 1 + (this.topics.size % 3);
    const spec = { name, partitions, config: null, annotations: null, validateOnly: false };
    const { topicId: id } = this.machine.run(decideCreateTopic, spec);
    this.machine.run(decideAppend, appendOf(id, 0, ['x', 'y']));
    this.topics.set(name, { id, partitions, end: 2 });
  }

  growTopic(name: string): void {
    const topic = this.topics.get(name);
    if (topic === undefined) return;
    const partitions = topic.partitions + 1;
    this.machine.run(decideAlterTopic, { name, partitions, config: null, annotations: null });
    this.topics.set(name, { ...topic, partitions });
  }

  deleteTopic(name: string): void {
    const topic = this.topics.get(name);
    if (topic === undefined) return;
    this.machine.run(decideDeleteTopic, { name });
    this.topics.delete(name);
    this.naive.dropTopic(topic.id);
  }

  nextDue(): Compared {
    const due = this.naive.members.map(dueMsOf);
    const expected = due.length === 0 ? undefined : Math.min(...due);
    return { actual: nextSessionDueMs(this.machine.state.consumers), expected };
  }

  described(): Compared {
    const { naive } = this;
    const found = outcome(() => this.machine.run(describeGroup, { group: 'g' }));
    if (typeof found === 'string') {
      return { actual: found, expected: naive.exists ? 'a group' : 'UNKNOWN_GROUP' };
    }
    const members = found.members.map((member) => {
      return { ...member, assigned: placesOf(member.assigned), target: undefined };
    });
    const committed = found.offsets.filter(({ offset }) => offset >= 0);
    const offsets = committed.map((o) => [`${o.topicId}/${o.partition}`, o.offset] as const);
    const expectedMembers = naive.members
      .map(({ id, epoch, topics, pattern, instance, isAway, sessionMs, rebalanceMs }) => {
        const assigned = naive.placesOf(id, 'all').toSorted();
        const times = { sessionTimeoutMs: sessionMs, rebalanceTimeoutMs: rebalanceMs };
        const names = { memberId: id, instanceId: instance, topicPattern: pattern };
        return { ...names, ...times, memberEpoch: epoch, topics, assigned, isAway };
      })
      .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
    return {
      actual: { epoch: found.epoch, state: found.state, members, offsets: new Map(offsets) },
      expected: {
        epoch: naive.epoch,
        state: naive.state(),
        members: expectedMembers,
        offsets: naive.offsets,
      },
    };
  }
}

function itemOf(place: Place): { topicId: number; partition: number } {
  const [topicId = 0, partition = 0] = place.split('/').map(Number);
  return { topicId, partition };
}

function topicPartitionsOf(place: Place): { topicId: number; partitions: number[] } {
  const { topicId, partition } = itemOf(place);
  return { topicId, partitions: [partition] };
}

type TopicPartitions = { readonly topicId: number; readonly partitions: readonly number[] };

function placesOf(topics: readonly TopicPartitions[]): Place[] {
  return topics
    .flatMap(({ topicId, partitions }) => partitions.map((p): Place => `${topicId}/${p}`))
    .toSorted();
}
