// What simulated clients were told, and what must follow from it. It sees requests and replies alone, never the broker.

import type { SimGroup } from './sim-groups.ts';

/** Of the groups of the simulation. */
export const DELIVERIES_MAX = 3;

export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface Delivery extends Place {
  readonly group: SimGroup;
  readonly payload: string;
  readonly key: string | null;
  readonly token: number;
  readonly deliveries: number;
  readonly leasedAtMs: number;
  readonly deadlineMs: number;
  /** Number of the receive that gave it. */
  readonly receive: number;
}

/** What is known of something that was sent, once there is an answer. */
interface Said {
  readonly over: () => void;
  readonly extended: (deadlineMs: number) => void;
}

interface Known {
  last: Delivery;
  /** Something was sent that may have ended the lease, or counted it back. */
  perhapsEnded: boolean;
  perhapsCountedBack: boolean;
  /** Something was sent that may have resolved it. */
  perhapsResolved: boolean;
  /** Receives begun when its accept was confirmed: none that begins later gives it. */
  accepted: number | undefined;
  /** What was sent about it and has no answer. */
  saying: number;
  /** Receives of the group that had been lost when it was delivered. */
  readonly lostBefore: number;
}

const at = ({ partition, offset }: Place) => `${partition}/${offset}`;

function nameOf({ group, ...place }: Delivery): string {
  return `${group.name}/${at(place)}`;
}

function hasEarlierOfKey({ partition, offset, key }: Delivery, together: readonly Delivery[]) {
  return together.some(
    (other) => other.partition === partition && other.key === key && other.offset < offset,
  );
}

export class Witness {
  /** Where payloads that were acknowledged lie. */
  readonly stored = new Map<string, { readonly payload: string; readonly key: string | null }>();
  readonly violations: string[] = [];
  /** Results of transactions that were confirmed. */
  readonly confirmed = new Set<string>();
  readonly #touched = new Set<string>();
  readonly #groups = new Map<string, Map<string, Known>>();
  /** Groups in which what was purged has not come back yet: nothing waits for it meanwhile. */
  readonly #purged = new Set<string>();
  readonly #lost = new Map<string, number>();
  readonly #epochs = new Map<string, number>();
  /** What operators do to a group at this time. */
  readonly #operations = new Map<string, number>();
  /** Payload -> how often duplicates had been forgotten when it was sent. */
  readonly #sentAt = new Map<string, number>();
  #forgotten = 0;
  /** Group and place -> number of the last thing sent about the message. */
  readonly #said = new Map<string, number>();
  #sayings = 0;

  sends(payload: string): void {
    this.#sentAt.set(payload, this.#forgotten);
  }

  wasSent(payload: string): boolean {
    return this.#sentAt.has(payload);
  }

  /** A purge that makes topics forget what they took begins, or ends: it does so in between. */
  forgets(): void {
    this.#forgotten += 1;
  }

  /** It was sent while its topic may have been made to forget that it took it. */
  mayBeThereTwice(payload: string): boolean {
    return (this.#sentAt.get(payload) ?? 0) < this.#forgotten;
  }

  /** How much was sent about messages so far. */
  get sayings(): number {
    return this.#sayings;
  }

  /** How often an operator did something to the group: what was asked for before may be told after. */
  epoch(group: string): number {
    return this.#epochs.get(group) ?? 0;
  }

  /** `asked`: the epoch of the group, and the sayings, when the messages were asked for. */
  delivered(
    messages: readonly Delivery[],
    { name, ordering, fence }: SimGroup,
    asked: { readonly epoch: number; readonly sayings: number },
  ): void {
    const { epoch, sayings } = asked;
    for (const message of messages) {
      this.#checkContent(message);
      this.#checkLease(message);
      const isCalm = this.epoch(name) === epoch && !this.#purged.has(name);
      if (ordering !== 'none' && isCalm) this.#checkOrder(message, messages);
    }
    for (const message of messages) {
      const { accepted, saying = 0 } = this.#known(message) ?? {};
      // Without a fence what was said of an earlier delivery may have ended this one before it was told.
      const wasSaid = !fence && (this.#said.get(nameOf(message)) ?? 0) > sayings;
      this.#group(name).set(at(message), {
        last: message,
        perhapsEnded: this.epoch(name) !== epoch || saying > 0 || wasSaid,
        // Where the one before it fails, it is given back with it, also by time.
        perhapsCountedBack:
          this.epoch(name) !== epoch ||
          saying > 0 ||
          (ordering === 'key' && hasEarlierOfKey(message, messages)),
        perhapsResolved: saying > 0 || wasSaid,
        accepted,
        saying,
        lostBefore: this.#lostReceives(name),
      });
    }
  }

  /** A receive got no reply: whatever it leased was delivered all the same. */
  lostReceive(group: string): void {
    this.#lost.set(group, this.#lostReceives(group) + 1);
  }

  /** An operator begins something, or ends it. */
  operates(group: string, by: 1 | -1): void {
    this.#operations.set(group, (this.#operations.get(group) ?? 0) + by);
  }

  /** Something is sent about the message; nobody knows yet whether it takes effect. */
  saying(message: Delivery, kind: string): Said {
    const known = this.#known(message);
    if (known === undefined) return { over: () => undefined, extended: () => undefined };
    known.perhapsEnded = true;
    known.perhapsCountedBack ||= kind === 'return';
    const mayResolve =
      kind === 'accept' || kind === 'reject' || message.deliveries >= DELIVERIES_MAX;
    known.perhapsResolved ||= mayResolve && kind !== 'return';
    if (message.group.ordering === 'key' && kind !== 'accept') this.#restOfKey(message);
    known.saying += 1;
    this.#sayings += 1;
    const said = this.#sayings;
    this.#said.set(nameOf(message), said);
    const isAlone = known.saying === 1;
    const { last } = known;
    const epoch = this.epoch(message.group.name);
    return {
      over: () => {
        const now = this.#known(message);
        if (now !== undefined) now.saying -= 1;
      },
      extended: (deadlineMs) => {
        const isCalm = this.epoch(message.group.name) === epoch && this.#isLeftAlone(message);
        const now = this.#known(message);
        if (!isAlone || !isCalm || now?.last !== last || this.#said.get(nameOf(message)) !== said)
          return;
        now.last = { ...last, deadlineMs };
        now.perhapsEnded = false;
      },
    };
  }

  /** Nobody else may have done anything to it. */
  #isLeftAlone({ group }: Delivery): boolean {
    return group.ordering !== 'key' && (this.#operations.get(group.name) ?? 0) === 0;
  }

  /** `receives`: how many have begun. */
  accepted(message: Delivery, receives: number): void {
    const known = this.#known(message);
    if (known === undefined) return;
    if (known.last.token !== message.token && message.group.fence) return;
    known.accepted = receives;
  }

  /** An operator names these messages, whatever state they are in. */
  touch(group: string, partition: number, offset: number): void {
    this.#touched.add(`${group}/${at({ partition, offset })}`);
  }

  purged(group: string, isPurged: boolean): void {
    if (isPurged) this.#purged.add(group);
    else this.#purged.delete(group);
  }

  /** An operator or time may have done anything to messages of the group. */
  disturb(group: string): void {
    for (const known of this.#group(group).values()) {
      known.perhapsEnded = true;
      known.perhapsCountedBack = true;
      known.perhapsResolved = true;
    }
    this.#epochs.set(group, this.epoch(group) + 1);
  }

  acceptedIn(group: string): Place[] {
    return [...this.#group(group).values()]
      .filter(({ accepted }) => accepted !== undefined)
      .map(({ last }) => last);
  }

  #checkContent(message: Delivery): void {
    const stored = this.stored.get(at(message));
    if (!this.wasSent(message.payload)) this.#fault(message, 'holds what nobody sent');
    if (stored !== undefined && stored.payload !== message.payload)
      this.#fault(message, 'came with other bytes');
  }

  /** I2, I4: one live lease, a count that grows, nothing after a confirmed accept. */
  #checkLease(message: Delivery): void {
    const known = this.#known(message);
    if (known === undefined) return;
    const { last } = known;
    if (known.accepted !== undefined && message.receive >= known.accepted)
      this.#fault(message, 'came again after its accept was confirmed');
    if (!known.perhapsEnded && last.deadlineMs > message.leasedAtMs)
      this.#fault(
        message,
        `was leased at ${message.leasedAtMs}, the lease before lasts until ${last.deadlineMs}`,
      );
    if (!known.perhapsCountedBack && message.deliveries <= last.deliveries)
      this.#fault(message, `came with count ${message.deliveries} after ${last.deliveries}`);
    if (message.token <= last.token) this.#fault(message, 'came under a token that does not grow');
  }

  /** I5: every earlier message of its key is resolved, or comes with it. */
  #checkOrder(message: Delivery, together: readonly Delivery[]): void {
    if (message.key === null) return;
    const { name } = message.group;
    for (let offset = 0; offset < message.offset; offset += 1) {
      const place = { partition: message.partition, offset };
      if (this.stored.get(at(place))?.key !== message.key) continue;
      if (together.some((other) => at(other) === at(place))) continue;
      const known = this.#group(name).get(at(place));
      if (known?.accepted !== undefined || known?.perhapsResolved) continue;
      if (this.#touched.has(`${name}/${at(place)}`)) continue;
      // Its attempts may have been exhausted by time alone, some of them in receives whose reply was lost.
      const lost = this.#lostReceives(name) - (known?.lostBefore ?? 0);
      if ((known?.last.deliveries ?? 0) + lost >= DELIVERIES_MAX) continue;
      this.#fault(message, `came before ${at(place)} of its key was resolved`);
    }
  }

  /** Messages behind it of its key may have been returned with it. */
  #restOfKey({ group, partition, offset, key }: Delivery): void {
    for (const known of this.#group(group.name).values()) {
      const { last } = known;
      if (last.partition !== partition || last.key !== key || last.offset <= offset) continue;
      known.perhapsEnded = true;
      known.perhapsCountedBack = true;
    }
  }

  #lostReceives(group: string): number {
    return this.#lost.get(group) ?? 0;
  }

  #known(message: Delivery): Known | undefined {
    return this.#group(message.group.name).get(at(message));
  }

  #group(name: string): Map<string, Known> {
    const found = this.#groups.get(name) ?? new Map<string, Known>();
    this.#groups.set(name, found);
    return found;
  }

  #fault(message: Delivery, what: string): void {
    this.violations.push(`${message.group.name} ${at(message)} ${what}`);
  }
}
