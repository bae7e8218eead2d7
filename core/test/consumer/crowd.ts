// Fifty processes that come, work, go, crash, stall and come back under the same name, at random from a seed, over a
// network and a broker that fail too. They read records, handle them and commit how far they came.
import { decideAlterTopic, decideCreateTopic, partitionKey } from '../../src/index.ts';
import { type Message, SimGroup } from './sim-group.ts';
import { SimMember } from './sim-member.ts';

const SESSION_MS = 6_000;
const RECORDS = 60;
const INSTANCES = 10;

/** A number from 0 to before 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a process knows of its own work. */
interface Work {
  /** Partition -> the next record to handle. */
  readonly positions: Map<number, number>;
  /** A process has one commit under way, so that its commits keep their order. */
  committing: Message | undefined;
}

export class Crowd {
  readonly sim = new SimGroup();
  readonly #random: () => number;
  readonly #size: number;
  readonly #works = new Map<SimMember, Work>();
  /** Partition -> records that somebody handled. */
  readonly #handled = new Map<number, Set<number>>();
  readonly #committed = new Map<number, number>();
  #processes = 0;
  readonly counts = { started: 0, cameBack: 0, crashed: 0 };

  constructor(seed: number, size: number) {
    this.#random = randomFrom(seed);
    this.#size = size;
    this.sim.assertEvery = 50;
    for (const [name, partitions] of [
      ['a', 24],
      ['b', 12],
    ] as const) {
      const spec = { name, partitions, config: null, annotations: null, validateOnly: false };
      this.sim.run(decideCreateTopic, spec);
    }
    this.#fill();
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }

  /** Every partition has as many records. */
  #fill(): void {
    for (const { topicId, partitions } of this.sim.state.catalog.topics.values()) {
      for (let p = 0; p < partitions; p += 1) {
        while (this.sim.state.logs.at(topicId, p).nextOffset < RECORDS) this.sim.append(topicId, p);
      }
    }
    this.sim.flush();
  }

  /** A static one takes a name that no process has, and now and then one that another has. */
  start(instanceId = this.#instance()): void {
    if (this.sim.members.length >= this.#size) return;
    this.#processes += 1;
    const member = new SimMember({
      memberId: `m${this.#processes}`,
      topics: this.#chance(0.7) ? ['a', 'b'] : ['a'],
      instanceId,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: 2_500,
      maxWaitMs: 2_000,
      reports: 'always',
      nextLife: () => (this.sim.lives += 1),
    });
    this.#works.set(member, { positions: new Map(), committing: undefined });
    this.sim.join(member);
    this.counts.started += 1;
  }

  #instance(): string | null {
    if (this.#chance(0.6)) return null;
    const instanceId = `i${Math.floor(this.#random() * INSTANCES)}`;
    const isTaken = this.sim.members.some(({ options }) => options.instanceId === instanceId);
    return isTaken && !this.#chance(0.1) ? null : instanceId;
  }

  tick(): void {
    this.#happen();
    for (const member of this.sim.members) if (!member.isFrozen) this.#act(member, 0.5);
    for (const message of this.sim.requests.splice(0)) {
      if (this.#chance(0.02)) this.#settled(message);
      else if (this.#chance(0.7)) this.#deliver(message);
      else this.sim.requests.push(message);
    }
    if (this.#chance(0.8)) this.sim.flush();
    for (const answer of this.sim.answers.splice(0)) {
      if (this.#chance(0.02)) continue;
      if (answer.beat.from.isFrozen || this.#chance(0.2)) this.sim.answers.push(answer);
      else this.sim.answer(answer);
    }
    this.sim.advance(Math.floor(this.#random() * 200), this.#chance(0.3));
    this.check();
  }

  /** Something that nobody wished for. */
  #happen(): void {
    const { sim } = this;
    const member = this.#pick(sim.members);
    if (this.#chance(0.5)) this.start();
    if (member === undefined) return;
    const fate = this.#random();
    if (fate < 0.05) {
      const { instanceId = null } = member.options;
      const keep = instanceId !== null && this.#chance(0.8);
      sim.leave(member, keep);
      if (keep && this.#chance(0.8)) {
        this.start(instanceId);
        this.counts.cameBack += 1;
      }
    } else if (fate < 0.1) sim.kill(member);
    else if (fate < 0.16) member.isFrozen = true;
    for (const frozen of sim.members) if (frozen.isFrozen && this.#chance(0.04)) sim.thaw(frozen);
    if (this.#chance(0.01)) {
      sim.crash();
      this.counts.crashed += 1;
    }
    if (this.#chance(0.01)) this.#grow();
  }

  #grow(): void {
    const { catalog } = this.sim.state;
    const topic = this.#pick([...catalog.topics.values()]);
    if (topic === undefined || topic.partitions >= 40) return;
    const change = { name: topic.name, partitions: topic.partitions + 2, config: null };
    this.sim.run(decideAlterTopic, { ...change, annotations: null });
    this.#fill();
  }

  /** Begins where the group is, handles a record, commits, finishes with what it has to give up, and says so. */
  #act(member: SimMember, eagerness: number): void {
    const work = this.#works.get(member);
    if (work === undefined) return;
    if (work.committing !== undefined && !this.sim.requests.includes(work.committing)) {
      work.committing = undefined;
    }
    for (const key of work.positions.keys()) {
      if (!member.working.has(key)) work.positions.delete(key);
    }
    for (const key of member.working) this.#handle(work, key, eagerness);
    const key = this.#pick([...member.working]);
    if (key !== undefined && work.committing === undefined && this.#chance(eagerness)) {
      work.committing = this.sim.commit(member, key, work.positions.get(key) ?? 0);
    }
    const before = member.working.size;
    if (this.#chance(eagerness)) member.finish(this.#chance(0.5));
    const isDue = member.outstanding === undefined || before !== member.working.size;
    if (isDue || this.#chance(0.02)) this.sim.send(member);
  }

  #handle({ positions }: Work, key: number, eagerness: number): void {
    const position = positions.get(key) ?? this.sim.committed().get(key) ?? 0;
    positions.set(key, position);
    if (position >= RECORDS || !this.#chance(eagerness)) return;
    const handled = this.#handled.get(key) ?? new Set();
    this.#handled.set(key, handled.add(position));
    positions.set(key, position + 1);
  }

  #deliver(message: Message): void {
    this.sim.deliver(message);
    this.#settled(message);
  }

  #settled(message: Message): void {
    for (const work of this.#works.values()) {
      if (work.committing === message) work.committing = undefined;
    }
  }

  /** [C-1], and what was committed and is on the disk never goes back, nor past what was handled. */
  check(): void {
    this.sim.checkOwners();
    for (const [key, offset] of this.sim.committed()) {
      const before = this.#committed.get(key) ?? 0;
      if (offset < before) throw new Error(`the offset of ${key} went from ${before} to ${offset}`);
      this.#committed.set(key, offset);
      const handled = this.#handled.get(key);
      for (let record = before; record < offset; record += 1) {
        if (!handled?.has(record)) throw new Error(`record ${record} of ${key} was passed over`);
      }
    }
  }

  /** Nothing fails any more: until every record is handled and committed. Gives how many rounds it took. */
  finish(roundsMax: number): number {
    for (const member of this.sim.members) this.sim.thaw(member);
    for (let round = 1; round <= roundsMax; round += 1) {
      if (this.sim.members.length < 5) this.start();
      for (const member of this.sim.members) this.#act(member, 1);
      for (const message of this.sim.requests.splice(0)) this.#deliver(message);
      this.sim.flush();
      for (const answer of this.sim.answers.splice(0)) this.sim.answer(answer);
      this.sim.advance(100);
      this.check();
      if (this.#isDone()) return round;
    }
    throw new Error('records are left that nobody handles');
  }

  #isDone(): boolean {
    const committed = this.sim.committed();
    for (const { topicId, partitions } of this.sim.state.catalog.topics.values()) {
      for (let p = 0; p < partitions; p += 1) {
        if (committed.get(partitionKey(topicId, p)) !== RECORDS) return false;
      }
    }
    return true;
  }
}
