// A group under simulation: members, a broker that may crash, and a network that delays, reorders and loses what is
// under way. After every step it checks who believes to own what; it does not look at how the broker decided.
import { MillraceError, type RequestOf } from '@millrace/protocol';
import {
  applyWrites,
  assertInvariants,
  type Context,
  createShardState,
  type Decision,
  decideAppend,
  decideExpireMembers,
  decideHeartbeat,
  decideLeave,
  decideOffsetCommit,
  loadShardState,
  nextSessionDueMs,
  partitionKey,
  resumeSessions,
  type ShardState,
  touchAway,
  touchSession,
  type View,
  type Write,
} from '../../src/index.ts';
import { appendOf } from '../support/batches.ts';
import { MemoryView } from '../support/memory-view.ts';
import { commitRequest, type HeartbeatReply } from './group-requests.ts';
import type { Beat, SimMember } from './sim-member.ts';

type Decide<C, R> = (state: ShardState, view: View, command: C, ctx: Context) => Decision<R>;

/** A commit carries the term in which its sender began to work on the partition. */
export interface Commit {
  readonly request: RequestOf<'OffsetCommit'>;
  readonly key: number;
  readonly term: number;
}

export type Message =
  | { readonly kind: 'beat'; readonly beat: Beat }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'leave'; readonly request: RequestOf<'GroupLeave'> };

interface Answer {
  readonly beat: Beat;
  readonly reply: HeartbeatReply | MillraceError;
}

interface Waiting {
  readonly answer: Answer;
  readonly untilMs: number;
}

/** Who works on a partition, or did last: a new life of a member, or another member, begins a new term. */
interface Term {
  readonly life: number;
  readonly term: number;
}

export class SimGroup {
  nowMs = 1_000_000;
  members: SimMember[] = [];
  readonly requests: Message[] = [];
  readonly answers: Answer[] = [];
  commitsStored = 0;
  commitsRefused = 0;
  lives = 0;
  /** Rows the broker wrote in all. */
  written = 0;
  /** One decision of so many is followed by a look at everything. */
  assertEvery = 1;
  #state = createShardState();
  readonly #durable = new MemoryView();
  #staged: Write[] = [];
  #heldBack: Answer[] = [];
  readonly #terms = new Map<number, Term>();
  /** Heartbeats that wait at the broker, by member, and the members whose wait a staged decision ends. */
  readonly waiting = new Map<string, Waiting>();
  readonly #woken = new Set<string>();
  #decisions = 0;

  get state(): ShardState {
    return this.#state;
  }

  run<C, R>(decide: Decide<C, R>, command: C): R | MillraceError {
    const ctx = { nowMs: this.nowMs, random: () => 0.5 };
    const decision = decide(this.#state, this.#durable, command, ctx);
    if (decision.error !== undefined) return decision.error;
    applyWrites(this.#state, decision.writes);
    this.#staged.push(...decision.writes);
    this.written += decision.writes.length;
    for (const wake of decision.wake) {
      if (wake.kind === 'members') for (const id of wake.memberIds) this.#woken.add(id);
    }
    this.#decisions += 1;
    if (this.#decisions % this.assertEvery === 0) assertInvariants(this.#state);
    return decision.reply;
  }

  append(topicId: number, partition: number): void {
    this.run(decideAppend, appendOf(topicId, partition, ['a', 'b', 'c']));
  }

  join(member: SimMember): void {
    this.members.push(member);
  }

  send(member: SimMember): void {
    this.requests.push({ kind: 'beat', beat: member.beat(this.nowMs) });
  }

  /** Gives everything up and says so; nothing tells whether anybody hears it. */
  leave(member: SimMember, keep = false): void {
    const { memberId } = member.options;
    const request = { group: 'g', memberId, memberEpoch: member.epoch, keep };
    if (member.hasJoined) this.requests.push({ kind: 'leave', request });
    this.kill(member);
  }

  kill(member: SimMember): void {
    member.isDead = true;
    member.abandon();
    this.members = this.members.filter((other) => other !== member);
  }

  commit(member: SimMember, key: number, offset = 0): Message {
    const { memberId } = member.options;
    const item = { topicId: Math.floor(key / 1024), partition: key % 1024, offset };
    const request = commitRequest([item], { memberId, memberEpoch: member.epoch });
    const { term } = this.#terms.get(key) as Term;
    const isOwn = this.#terms.get(key)?.life === member.life;
    const commit = { request, key, term: isOwn ? term : term - 1 };
    const message: Message = { kind: 'commit', commit };
    this.requests.push(message);
    return message;
  }

  /** A request reaches the broker; what it answers waits for the flush. */
  deliver(message: Message): void {
    if (message.kind === 'leave') {
      this.run(decideLeave, message.request);
      touchAway(this.#state, message.request, this.nowMs);
    } else if (message.kind === 'commit') {
      this.#takeCommit(message.commit);
    } else {
      const { beat } = message;
      const answer = this.run(decideHeartbeat, beat.request);
      if (answer instanceof MillraceError) this.answers.push({ beat, reply: answer });
      else {
        const { reply } = answer;
        touchSession(this.#state, beat.request, reply, this.nowMs);
        const waitMs = Math.min(beat.request.maxWaitMs, answer.waitMsMax);
        if (answer.isNews || waitMs === 0) this.#heldBack.push({ beat, reply });
        else this.#wait({ beat, reply }, this.nowMs + waitMs);
      }
    }
  }

  /** A member has one heartbeat under way: one that it gave up waits no longer. */
  #wait(answer: Answer, untilMs: number): void {
    this.waiting.set(answer.beat.request.memberId, { answer, untilMs });
  }

  /** Once durable, news ends the waiting of those that it concerns; time ends it too. */
  #endWaits(): void {
    for (const [memberId, { answer, untilMs }] of this.waiting) {
      if (this.#woken.has(memberId)) {
        this.waiting.delete(memberId);
        this.deliver({ kind: 'beat', beat: answer.beat });
      } else if (untilMs <= this.nowMs) {
        this.waiting.delete(memberId);
        this.#heldBack.push(answer);
      }
    }
    this.#woken.clear();
  }

  /** Committed offsets as they are on the disk. */
  committed(): Map<number, number> {
    const rows = this.#durable.all('offsets');
    return new Map(rows.map(([[, topicId, p], [offset]]) => [partitionKey(topicId, p), offset]));
  }

  /** A stored commit has to be of the present term: nobody else began to work on the partition since. */
  #takeCommit({ request, key, term }: Commit): void {
    const reply = this.run(decideOffsetCommit, request);
    if (reply instanceof MillraceError || reply.results[0]?.errorCode !== 0) {
      this.commitsRefused += 1;
      return;
    }
    this.commitsStored += 1;
    if (this.#terms.get(key)?.term !== term) throw new Error(`a zombie committed ${key}`);
  }

  flush(): void {
    for (const write of this.#staged) this.#durable.apply(write);
    this.#staged = [];
    this.answers.push(...this.#heldBack);
    this.#heldBack = [];
    this.#endWaits();
  }

  /** What was not flushed is lost, with the answers that waited for it. */
  crash(): void {
    this.#staged = [];
    this.#heldBack = [];
    this.waiting.clear();
    this.#woken.clear();
    this.#state = createShardState();
    loadShardState(this.#state, this.#durable);
    resumeSessions(this.#state.consumers, this.nowMs);
  }

  answer({ beat, reply }: Answer): void {
    const member = beat.from;
    if (member.isDead) return;
    if (reply instanceof MillraceError) {
      member.refuse(beat, reply);
      return;
    }
    for (const key of member.take(beat, reply, this.nowMs)) {
      const last = this.#terms.get(key);
      if (last?.life === member.life) continue;
      this.#terms.set(key, { life: member.life, term: (last?.term ?? 0) + 1 });
    }
    this.checkOwners();
  }

  /** Members notice the time at once; the broker's timer may be late. */
  advance(ms: number, isTimerLate = false): void {
    this.nowMs += ms;
    for (const member of this.members) member.notice(this.nowMs);
    if (!isTimerLate) this.expire();
  }

  expire(): void {
    while ((nextSessionDueMs(this.#state.consumers) ?? Number.POSITIVE_INFINITY) <= this.nowMs) {
      this.run(decideExpireMembers, { limit: 2 });
    }
  }

  thaw(member: SimMember): void {
    member.isFrozen = false;
    member.notice(this.nowMs);
  }

  /** [C-1] Members whose own time is not over believe in no partition together. */
  checkOwners(): void {
    const owners = new Map<number, string>();
    for (const member of this.members) {
      if (member.isOver(this.nowMs)) continue;
      const { memberId } = member.options;
      for (const key of member.working) {
        const other = owners.get(key);
        if (other !== undefined) throw new Error(`${memberId} and ${other} both own ${key}`);
        owners.set(key, memberId);
      }
    }
  }

  /** What is under way arrives, everybody is well, nothing is lost any more, and time goes on. */
  calmDown(rounds: number): void {
    for (const member of this.members) this.thaw(member);
    for (let round = 0; round < rounds; round += 1) {
      for (const member of this.members) this.send(member);
      for (const message of this.requests.splice(0)) this.deliver(message);
      this.flush();
      for (const answer of this.answers.splice(0)) this.answer(answer);
      for (const member of this.members) member.finish(true);
      this.advance(1_000);
    }
  }

  /** After quiet: every partition of a subscribed topic has exactly one owner, a subscriber; nothing else has one. */
  checkConverged(): void {
    const expected = new Set<number>();
    for (const { topicId, name, partitions } of this.#state.catalog.topics.values()) {
      if (!this.members.some(({ topics }) => topics.includes(name))) continue;
      for (let p = 0; p < partitions; p += 1) expected.add(partitionKey(topicId, p));
    }
    for (const { working, topics } of this.members) {
      for (const key of working) {
        const name = this.#state.catalog.topics.get(Math.floor(key / 1024))?.name;
        if (!expected.delete(key)) throw new Error(`${key} is worked on twice, or by mistake`);
        if (name === undefined || !topics.includes(name)) throw new Error(`${key} is not its own`);
      }
    }
    if (expected.size > 0) throw new Error(`nobody works on ${[...expected].join(' ')}`);
  }
}
