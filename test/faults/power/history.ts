// What clients were told and when, so that it can be asked what they had been told at any moment of a recording.
import { machineMs } from './recording.ts';
import { Witness } from './witness.ts';

/** All that counts at some moment. */
export class Told extends Witness {
  /** The group, its topics and the group of pairs are there. */
  isSetUp = false;
  /** Topics made besides: whether they are there; undefined: nobody knows. */
  readonly topics = new Map<string, boolean | undefined>();
  /** The offset committed last, and the greatest that was ever asked for. */
  committed = 0;
  commitAsked = 0;

  copy(): Told {
    const copy = new Told();
    copy.isSetUp = this.isSetUp;
    copy.committed = this.committed;
    copy.commitAsked = this.commitAsked;
    for (const [name, isThere] of this.topics) copy.topics.set(name, isThere);
    for (const [place, value] of this.stored) copy.stored.set(place, value);
    for (const value of this.sent) copy.sent.add(value);
    for (const [place, count] of this.deliveries) copy.deliveries.set(place, count);
    for (const place of this.accepted) copy.accepted.add(place);
    for (const place of this.perhapsAccepted) copy.perhapsAccepted.add(place);
    return copy;
  }
}

type Event = (told: Told) => void;

export class History {
  readonly #events: { readonly atMs: number; readonly event: Event }[] = [];
  readonly #told: Told;
  #next = 0;

  /** On top of what was told before. */
  constructor(before: Told = new Told()) {
    this.#told = before.copy();
  }

  get notes(): number {
    return this.#events.length;
  }

  note(event: Event): void {
    this.#events.push({ atMs: machineMs(), event });
  }

  /** What had been told before that moment. Moments only go on. */
  before(atMs: number): Told {
    for (; this.#next < this.#events.length; this.#next += 1) {
      const next = this.#events[this.#next];
      if (next === undefined || next.atMs >= atMs) break;
      next.event(this.#told);
    }
    return this.#told;
  }
}
