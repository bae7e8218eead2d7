// What simulated clients were told, and what must follow from it. It sees requests and replies alone, never the broker.

/** Of the groups of the simulation. */
export const DELIVERIES_MAX = 3;

export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface Delivery extends Place {
  readonly group: string;
  readonly payload: string;
  readonly key: string | null;
  readonly token: number;
  readonly deliveries: number;
  readonly leasedAtMs: number;
  readonly deadlineMs: number;
  /** Number of the receive that gave it. */
  readonly receive: number;
}

interface Known {
  readonly last: Delivery;
  /** Something was sent that may have ended the lease, or counted it back. */
  perhapsEnded: boolean;
  perhapsCountedBack: boolean;
  /** Something was sent that may have resolved it. */
  perhapsResolved: boolean;
  accepted: boolean;
  /** Receives of the group that had been lost when it was delivered. */
  readonly lostBefore: number;
}

const at = ({ partition, offset }: Place) => `${partition}/${offset}`;

function hasEarlierOfKey({ partition, offset, key }: Delivery, together: readonly Delivery[]) {
  return together.some(
    (other) => other.partition === partition && other.key === key && other.offset < offset,
  );
}

export class Witness {
  /** Payloads handed to the broker, and where those that were acknowledged lie. */
  readonly sent = new Set<string>();
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

  /** How often an operator did something to the group: what was asked for before may be told after. */
  epoch(group: string): number {
    return this.#epochs.get(group) ?? 0;
  }

  /** `epoch`: of the group when the messages were asked for. */
  delivered(messages: readonly Delivery[], isOrdered: boolean, epoch: number): void {
    for (const message of messages) {
      this.#checkContent(message);
      this.#checkLease(message);
      const isCalm = this.epoch(message.group) === epoch && !this.#purged.has(message.group);
      if (isOrdered && isCalm) this.#checkOrder(message, messages);
    }
    for (const message of messages) {
      const accepted = this.#known(message)?.accepted ?? false;
      this.#group(message.group).set(at(message), {
        last: message,
        perhapsEnded: this.epoch(message.group) !== epoch,
        // Where the one before it fails, it is given back with it, also by time.
        perhapsCountedBack:
          this.epoch(message.group) !== epoch || (isOrdered && hasEarlierOfKey(message, messages)),
        perhapsResolved: false,
        accepted,
        lostBefore: this.#lostReceives(message.group),
      });
    }
  }

  /** A receive got no reply: whatever it leased was delivered all the same. */
  lostReceive(group: string): void {
    this.#lost.set(group, this.#lostReceives(group) + 1);
  }

  /** Something is sent about the message; nobody knows yet whether it takes effect. */
  saying(message: Delivery, kind: string, isOrdered: boolean): void {
    const known = this.#known(message);
    if (known === undefined) return;
    known.perhapsEnded = true;
    known.perhapsCountedBack ||= kind === 'return';
    const mayResolve =
      kind === 'accept' || kind === 'reject' || message.deliveries >= DELIVERIES_MAX;
    known.perhapsResolved ||= mayResolve && kind !== 'return';
    if (isOrdered && kind !== 'accept') this.#restOfKey(message);
  }

  accepted(message: Delivery): void {
    const known = this.#known(message);
    if (known !== undefined && known.last.token === message.token) known.accepted = true;
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
      .filter(({ accepted }) => accepted)
      .map(({ last }) => last);
  }

  #checkContent(message: Delivery): void {
    const stored = this.stored.get(at(message));
    if (!this.sent.has(message.payload)) this.#fault(message, 'holds what nobody sent');
    if (stored !== undefined && stored.payload !== message.payload)
      this.#fault(message, 'came with other bytes');
  }

  /** I2, I4: one live lease, a count that grows, nothing after a confirmed accept. */
  #checkLease(message: Delivery): void {
    const known = this.#known(message);
    if (known === undefined) return;
    const { last } = known;
    if (known.accepted) this.#fault(message, 'came again after its accept was confirmed');
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
    for (let offset = 0; offset < message.offset; offset += 1) {
      const place = { partition: message.partition, offset };
      if (this.stored.get(at(place))?.key !== message.key) continue;
      if (together.some((other) => at(other) === at(place))) continue;
      const known = this.#group(message.group).get(at(place));
      if (known?.accepted || known?.perhapsResolved) continue;
      if (this.#touched.has(`${message.group}/${at(place)}`)) continue;
      // Its attempts may have been exhausted by time alone, some of them in receives whose reply was lost.
      const lost = this.#lostReceives(message.group) - (known?.lostBefore ?? 0);
      if ((known?.last.deliveries ?? 0) + lost >= DELIVERIES_MAX) continue;
      this.#fault(message, `came before ${at(place)} of its key was resolved`);
    }
  }

  /** Messages behind it of its key may have been returned with it. */
  #restOfKey({ group, partition, offset, key }: Delivery): void {
    for (const known of this.#group(group).values()) {
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
    return this.#group(message.group).get(at(message));
  }

  #group(name: string): Map<string, Known> {
    const found = this.#groups.get(name) ?? new Map<string, Known>();
    this.#groups.set(name, found);
    return found;
  }

  #fault(message: Delivery, what: string): void {
    this.violations.push(`${message.group} ${at(message)} ${what}`);
  }
}
