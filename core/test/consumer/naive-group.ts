// Consumer groups as naively as can be: one flat list of who holds what, searched from end to end. It follows the rules
// of docs/semantics/groups.md, not the code, and answers with the code of an error or with what was told.

export interface NaiveTopic {
  readonly id: number;
  readonly partitions: number;
  readonly end: number;
}
export type NaiveTopics = ReadonlyMap<string, NaiveTopic>;
/** `topic id/partition` */
export type Place = `${number}/${number}`;

interface NaiveMember {
  readonly id: string;
  readonly joined: number;
  readonly sessionMs: number;
  epoch: number;
  topics: readonly string[];
  heardMs: number;
  confirmed: boolean;
}

interface Hold {
  readonly member: string;
  readonly place: Place;
  readonly since: number;
  revoking: boolean;
}

export interface NaiveBeat {
  readonly id: string;
  readonly epoch: number;
  readonly sessionMs: number;
  readonly topics: readonly string[] | null;
  readonly owned: readonly Place[] | null;
}

export type NaiveReply = string | { epoch: number; told: Place[] | null };

export class NaiveGroup {
  exists = false;
  epoch = 0;
  members: NaiveMember[] = [];
  holds: Hold[] = [];
  offsets = new Map<Place, number>();
  seen: NaiveTopics = new Map();

  find(id: string): NaiveMember | undefined {
    return this.members.find((member) => member.id === id);
  }

  placesOf(id: string, which: 'assigned' | 'all'): Place[] {
    const own = this.holds.filter(({ member }) => member === id);
    return own.filter(({ revoking }) => which === 'all' || !revoking).map(({ place }) => place);
  }

  #nextEpoch(topics: NaiveTopics): void {
    this.epoch += 1;
    const names = new Set(this.members.flatMap((member) => member.topics));
    this.seen = new Map([...topics].filter(([name]) => names.has(name)));
  }

  #target(id: string): Place[] {
    const places: Place[] = [];
    for (const [name, topic] of this.seen) {
      const ids = this.members.filter(({ topics }) => topics.includes(name)).map((m) => m.id);
      ids.sort((a, b) => (a < b ? -1 : 1));
      const queue = Array.from({ length: topic.partitions }, (_, p) => p);
      for (const [rank, other] of ids.entries()) {
        const share = queue.splice(0, Math.ceil((topic.partitions - rank) / ids.length));
        if (other === id) places.push(...share.map((p): Place => `${topic.id}/${p}`));
      }
    }
    return places;
  }

  beat(beat: NaiveBeat, topics: NaiveTopics, nowMs: number): NaiveReply {
    if (beat.epoch === 0) return this.#join(beat, topics, nowMs);
    const member = this.find(beat.id);
    if (member === undefined) return 'UNKNOWN_MEMBER';
    if (beat.epoch < member.joined || beat.epoch > member.epoch) return 'FENCED_MEMBER_EPOCH';
    const held = this.placesOf(beat.id, 'all');
    if (beat.owned?.some((place) => !held.includes(place)) === true) return 'FENCED_MEMBER_EPOCH';
    const wanted = [...new Set(beat.topics ?? member.topics)].toSorted();
    const isNew = wanted.join() !== member.topics.join();
    member.topics = wanted;
    const hasChanged = wanted.some((name) => !isSame(topics.get(name), this.seen.get(name)));
    if (isNew || hasChanged) this.#nextEpoch(topics);
    return this.#move(member, beat, nowMs);
  }

  #join(
    { id, sessionMs, topics: wanted, owned }: NaiveBeat,
    topics: NaiveTopics,
    nowMs: number,
  ): NaiveReply {
    if (wanted === null || (owned !== null && owned.length > 0)) return 'INVALID_REQUEST';
    this.exists = true;
    this.members = this.members.filter((member) => member.id !== id);
    const names = [...new Set(wanted)].toSorted();
    const joined = this.epoch + 1;
    const times = { joined, epoch: 0, sessionMs, heardMs: nowMs };
    const member: NaiveMember = { id, topics: names, confirmed: false, ...times };
    this.members.push(member);
    this.#nextEpoch(topics);
    this.holds = this.holds.map((hold) =>
      hold.member === id ? { ...hold, since: this.epoch, revoking: false } : hold,
    );
    return this.#move(member, { id, epoch: 0, sessionMs, topics: wanted, owned: null }, nowMs);
  }

  #move(member: NaiveMember, { id, epoch, owned }: NaiveBeat, nowMs: number): NaiveReply {
    const isCurrent = epoch === member.epoch;
    const before = JSON.stringify(this.holds);
    if (isCurrent && owned !== null) {
      const isDone = (hold: Hold) => hold.revoking && !owned.includes(hold.place);
      this.holds = this.holds.filter((hold) => hold.member !== id || !isDone(hold));
    }
    const target = this.#target(id);
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
    return { epoch: this.epoch, told: member.confirmed ? null : assigned };
  }

  #end(ids: readonly string[], topics: NaiveTopics): void {
    this.members = this.members.filter(({ id }) => !ids.includes(id));
    this.holds = this.holds.filter(({ member }) => !ids.includes(member));
    this.#nextEpoch(topics);
  }

  leave(id: string, epoch: number, topics: NaiveTopics): string {
    if (!this.exists) return 'UNKNOWN_GROUP';
    const member = this.find(id);
    if (member === undefined) return 'UNKNOWN_MEMBER';
    if (epoch < member.joined || epoch > member.epoch) return 'FENCED_MEMBER_EPOCH';
    this.#end([id], topics);
    return 'ok';
  }

  expire(topics: NaiveTopics, nowMs: number): string[] {
    const late = this.members.filter(({ heardMs, sessionMs }) => heardMs + sessionMs <= nowMs);
    const ids = late.map(({ id }) => id);
    if (ids.length > 0) this.#end(ids, topics);
    return ids;
  }

  restart(nowMs: number): void {
    for (const member of this.members) {
      member.heardMs = nowMs;
      member.confirmed = false;
    }
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
      if (member === undefined) return 'UNKNOWN_MEMBER';
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
