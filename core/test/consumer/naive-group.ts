// Consumer groups as naively as can be: one flat list of who holds what, searched from end to end. It follows the rules
// of docs/semantics/groups.md, not the code, and answers with the code of an error or with what was told.

import type {
  Hold,
  NaiveBeat,
  NaiveMember,
  NaiveReply,
  NaiveTopic,
  NaiveTopics,
  Place,
} from './naive-types.ts';

export class NaiveGroup {
  exists = false;
  epoch = 0;
  members: NaiveMember[] = [];
  holds: Hold[] = [];
  offsets = new Map<Place, number>();
  seen: NaiveTopics = new Map();
  /** Who should have what, as the group says: how it comes to that is not modelled, only checked. */
  targets: ReadonlyMap<string, readonly Place[]> = new Map();

  find(id: string): NaiveMember | undefined {
    return this.members.find((member) => member.id === id);
  }

  placesOf(id: string, which: 'assigned' | 'all'): Place[] {
    const own = this.holds.filter(({ member }) => member === id);
    return own.filter(({ revoking }) => which === 'all' || !revoking).map(({ place }) => place);
  }

  #subscribed(topics: NaiveTopics): NaiveTopics {
    return new Map([...topics].filter(([name]) => this.members.some((m) => takes(m, name))));
  }

  #nextEpoch(topics: NaiveTopics): void {
    this.epoch += 1;
    this.seen = this.#subscribed(topics);
    for (const member of this.members) if (member.isAway) this.#letGo(member);
  }

  /** Who is away keeps what it should have, and nothing else. */
  #letGo({ id }: NaiveMember): void {
    const target = this.targets.get(id) ?? [];
    this.holds = this.holds.filter(({ member, place }) => member !== id || target.includes(place));
  }

  #haveTopicsChanged(topics: NaiveTopics): boolean {
    const now = this.#subscribed(topics);
    const names = new Set([...now.keys(), ...this.seen.keys()]);
    return [...names].some((name) => !isSame(now.get(name), this.seen.get(name)));
  }

  /** The broker looks for changed topics by itself. */
  follow(topics: NaiveTopics): void {
    if (this.members.length > 0 && this.#haveTopicsChanged(topics)) this.#nextEpoch(topics);
  }

  beat(beat: NaiveBeat, topics: NaiveTopics, nowMs: number): NaiveReply {
    if (beat.epoch === 0) return this.#join(beat, topics, nowMs);
    const member = this.find(beat.id);
    if (member === undefined || member.isAway) {
      const other = this.#under(beat.instance);
      return other === undefined || other.id === beat.id ? 'UNKNOWN_MEMBER' : 'FENCED_INSTANCE';
    }
    if (beat.epoch < member.joined || beat.epoch > member.epoch) return 'FENCED_MEMBER_EPOCH';
    const held = this.placesOf(beat.id, 'all');
    if (beat.owned?.some((place) => !held.includes(place)) === true) return 'FENCED_MEMBER_EPOCH';
    const before = subscriptionText(member);
    if (beat.topics !== null || beat.pattern !== null) {
      if (beat.pattern === '(') return 'INVALID_PATTERN';
      member.topics = [...new Set(beat.topics)].toSorted();
      member.pattern = beat.pattern;
    }
    const isNew = subscriptionText(member) !== before;
    if (isNew || this.#haveTopicsChanged(topics)) this.#nextEpoch(topics);
    return this.#move(member, beat, nowMs);
  }

  #under(instance: string | null): NaiveMember | undefined {
    return this.members.find((member) => instance !== null && member.instance === instance);
  }

  #join(beat: NaiveBeat, topics: NaiveTopics, nowMs: number): NaiveReply {
    const { id, topics: wanted, pattern, owned, instance, sessionMs, rebalanceMs } = beat;
    if (owned !== null && owned.length > 0) return 'INVALID_REQUEST';
    const holder = this.#under(instance);
    if (holder !== undefined && holder.id !== id && !holder.isAway) return 'INSTANCE_IN_USE';
    if (wanted === null && pattern === null) return 'INVALID_REQUEST';
    if (pattern === '(') return 'INVALID_PATTERN';
    const names = [...new Set(wanted)].toSorted();
    const isBack =
      holder !== undefined &&
      holder.id !== id &&
      subscriptionText(holder) === subscriptionText({ topics: names, pattern }) &&
      this.find(id) === undefined &&
      !this.#haveTopicsChanged(topics);
    this.exists = true;
    this.members = this.members.filter((member) => member.id !== id && member !== holder);
    const joined = isBack ? this.epoch : this.epoch + 1;
    const times = { joined, epoch: 0, sessionMs, rebalanceMs, heardMs: nowMs };
    const told = { toldEpoch: 0, toldRevoking: [], giveUpMs: undefined };
    const flags = { confirmed: false, isAway: false };
    const member: NaiveMember = {
      id,
      instance,
      topics: names,
      pattern,
      ...times,
      ...told,
      ...flags,
    };
    this.members.push(member);
    if (!isBack) this.#nextEpoch(topics);
    this.holds = this.holds.map((hold) =>
      hold.member === id || hold.member === holder?.id
        ? { member: id, place: hold.place, since: this.epoch, revoking: false }
        : hold,
    );
    return this.#move(member, { ...beat, owned: null }, nowMs);
  }

  #move(member: NaiveMember, { id, epoch, owned }: NaiveBeat, nowMs: number): NaiveReply {
    const isCurrent = epoch === member.epoch;
    const before = JSON.stringify(this.holds);
    if (isCurrent && owned !== null) {
      const isDone = (hold: Hold) => hold.revoking && !owned.includes(hold.place);
      this.holds = this.holds.filter((hold) => hold.member !== id || !isDone(hold));
    }
    const target = this.targets.get(id) ?? [];
    for (const hold of this.holds) {
      if (hold.member === id && !target.includes(hold.place)) hold.revoking = true;
    }
    for (const place of target) {
      if (this.holds.some((hold) => hold.place === place)) continue;
      this.holds.push({ member: id, place, since: this.epoch, revoking: false });
    }
    const hasChanged = before !== JSON.stringify(this.holds);
    const assigned = this.placesOf(id, 'assigned');
    const isSettled = this.placesOf(id, 'all').length === assigned.length;
    const isKnown =
      owned === null
        ? member.confirmed && !hasChanged
        : [...new Set(owned)].toSorted().join() === [...assigned].toSorted().join();
    member.confirmed = isCurrent && isSettled && isKnown;
    member.epoch = this.epoch;
    member.heardMs = nowMs;
    this.#watch(member, epoch, nowMs);
    return { epoch: this.epoch, told: member.confirmed ? null : assigned };
  }

  /** The time to give up runs once the member knows of it, and anew whenever it gave some up. */
  #watch(member: NaiveMember, epoch: number, nowMs: number): void {
    const holds = this.holds.filter((hold) => hold.member === member.id && hold.revoking);
    const revoking = holds.map(({ place }) => place);
    const isLeft = (place: Place) => revoking.includes(place);
    const isBegun = member.giveUpMs !== undefined && member.toldRevoking.every(isLeft);
    if (revoking.length === 0) member.giveUpMs = undefined;
    else if (epoch >= member.toldEpoch) {
      if (!member.toldRevoking.some(isLeft)) member.giveUpMs = undefined;
      else if (!isBegun) member.giveUpMs = nowMs + member.rebalanceMs;
    }
    member.toldEpoch = this.epoch;
    member.toldRevoking = revoking;
  }

  #end(ids: readonly string[], topics: NaiveTopics): void {
    this.members = this.members.filter(({ id }) => !ids.includes(id));
    this.holds = this.holds.filter(({ member }) => !ids.includes(member));
    this.#nextEpoch(topics);
  }

  leave(id: string, epoch: number, keep: boolean, topics: NaiveTopics, nowMs: number): string {
    if (!this.exists) return 'UNKNOWN_GROUP';
    const member = this.find(id);
    if (member === undefined) return 'UNKNOWN_MEMBER';
    if (epoch < member.joined || epoch > member.epoch) return 'FENCED_MEMBER_EPOCH';
    if (keep && member.instance === null) return 'INVALID_REQUEST';
    if (!keep) {
      this.#end([id], topics);
      return 'ok';
    }
    Object.assign(member, { isAway: true, heardMs: nowMs, giveUpMs: undefined, confirmed: false });
    this.holds = this.holds.filter((hold) => hold.member !== id || !hold.revoking);
    this.#letGo(member);
    return 'ok';
  }

  expire(topics: NaiveTopics, nowMs: number): string[] {
    const late = this.members.filter((member) => dueMsOf(member) <= nowMs);
    const ids = late.map(({ id }) => id);
    if (ids.length > 0) this.#end(ids, topics);
    return ids;
  }

  restart(nowMs: number): void {
    const afresh = { confirmed: false, giveUpMs: undefined, toldEpoch: 0, toldRevoking: [] };
    for (const member of this.members) Object.assign(member, { ...afresh, heardMs: nowMs });
  }

  state(): string {
    if (this.members.length === 0) return 'empty';
    const isSettled = this.members.every(({ id, isAway }) => {
      const held = this.placesOf(id, 'all').toSorted().join();
      return isAway || held === [...(this.targets.get(id) ?? [])].toSorted().join();
    });
    return isSettled && !this.holds.some(({ revoking }) => revoking) ? 'stable' : 'reconciling';
  }

  /** Each partition of a topic of the epoch is to be with one subscriber; equal subscriptions get as much, or one more. */
  faultOfTargets(): string | undefined {
    const loads = new Map<string, number[]>();
    const left = new Set<Place>();
    for (const { id, partitions } of this.seen.values()) {
      for (let p = 0; p < partitions; p += 1) left.add(`${id}/${p}`);
    }
    for (const member of this.members) {
      const target = this.targets.get(member.id) ?? [];
      for (const place of target) {
        const [name] = [...this.seen].find(([, { id }]) => place.startsWith(`${id}/`)) ?? [];
        if (!left.delete(place)) return `${place} is nobody's or somebody else's`;
        if (name === undefined || !takes(member, name))
          return `${member.id} does not take ${place}`;
      }
      const text = subscriptionText(member);
      loads.set(text, [...(loads.get(text) ?? []), target.length]);
    }
    for (const sizes of loads.values()) {
      if (Math.max(...sizes) > Math.min(...sizes) + 1) return `uneven: ${sizes.join()}`;
    }
    return left.size === 0 ? undefined : `nobody is to have ${[...left].join()}`;
  }

  commit(
    id: string | null,
    epoch: number,
    place: Place,
    offset: number,
    topics: NaiveTopics,
  ): string {
    if (epoch < 0 && this.members.length > 0) return 'GROUP_NOT_EMPTY';
    const member = id === null ? undefined : this.find(id);
    if (epoch >= 0) {
      if (id === null) return 'INVALID_REQUEST';
      if (member === undefined || member.isAway) return 'UNKNOWN_MEMBER';
      if (epoch < member.joined || epoch > member.epoch) return 'FENCED_MEMBER_EPOCH';
    }
    const [topicId = 0, partition = 0] = place.split('/').map(Number);
    const topic = [...topics.values()].find((other) => other.id === topicId);
    if (topic === undefined) return 'UNKNOWN_TOPIC';
    if (partition >= topic.partitions) return 'UNKNOWN_PARTITION';
    if (offset > (partition === 0 ? topic.end : 0)) return 'OFFSET_OUT_OF_RANGE';
    const hold = this.holds.find((other) => other.member === id && other.place === place);
    if (epoch >= 0 && (hold === undefined || hold.since > epoch)) return 'PARTITION_NOT_ASSIGNED';
    this.exists = true;
    this.offsets.set(place, offset);
    return 'ok';
  }

  dropTopic(topicId: number): void {
    for (const place of this.offsets.keys()) {
      if (place.startsWith(`${topicId}/`)) this.offsets.delete(place);
    }
  }
}

function isSame(a: NaiveTopic | undefined, b: NaiveTopic | undefined): boolean {
  return a?.id === b?.id && a?.partitions === b?.partitions;
}

type Subscribes = Pick<NaiveMember, 'topics' | 'pattern'>;

function takes({ topics, pattern }: Subscribes, name: string): boolean {
  return topics.includes(name) || (pattern !== null && new RegExp(`^(?:${pattern})$`).test(name));
}

function subscriptionText({ topics, pattern }: Subscribes): string {
  return `${topics.join()} ${pattern}`;
}

/** When the member is removed if nothing more is heard of it. */
export function dueMsOf({ heardMs, sessionMs, giveUpMs }: NaiveMember): number {
  return Math.min(heardMs + sessionMs, giveUpMs ?? Number.POSITIVE_INFINITY);
}
