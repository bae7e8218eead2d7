// What members subscribe to [C-4]. Members with equal subscriptions share one object, so that whoever has to look at
// what a thousand members subscribe to mostly looks once.

import { assert } from '../assert.ts';

export interface Subscription {
  /** In order, each once. */
  readonly topics: readonly string[];
  /** Topics whose whole name it matches are subscribed to as well. */
  readonly pattern: string | null;
}

interface Counted {
  readonly key: string;
  readonly subscription: Subscription;
  members: number;
}

/** The subscriptions of one group's members. */
export class Subscriptions {
  readonly #counted = new Map<string, Counted>();
  /** The same by their lists: rows of members mostly carry the very list, and long ones are slow to compare. */
  readonly #ofList = new Map<readonly string[], Counted>();

  /** The one that members have already, or a new one. */
  find(topics: readonly string[], pattern: string | null): Subscription {
    return this.#counted.get(keyOf(topics, pattern))?.subscription ?? { topics, pattern };
  }

  /** A member has it from now on; gives the object to keep. */
  take(topics: readonly string[], pattern: string | null): Subscription {
    const known = this.#ofList.get(topics);
    const counted = known?.subscription.pattern === pattern ? known : this.#at(topics, pattern);
    counted.members += 1;
    return counted.subscription;
  }

  #at(topics: readonly string[], pattern: string | null): Counted {
    const key = keyOf(topics, pattern);
    let counted = this.#counted.get(key);
    if (counted === undefined) {
      counted = { key, subscription: { topics, pattern }, members: 0 };
      this.#counted.set(key, counted);
      this.#ofList.set(topics, counted);
    }
    return counted;
  }

  release(subscription: Subscription): void {
    const { topics, pattern } = subscription;
    const known = this.#ofList.get(topics);
    const counted =
      known?.subscription === subscription ? known : this.#counted.get(keyOf(topics, pattern));
    assert(counted !== undefined && counted.members > 0, 'what is released was taken');
    counted.members -= 1;
    if (counted.members > 0) return;
    this.#counted.delete(counted.key);
    if (this.#ofList.get(topics) === counted) this.#ofList.delete(topics);
  }

  /** Each once. */
  *all(): Generator<Subscription> {
    for (const { subscription } of this.#counted.values()) yield subscription;
  }
}

function keyOf(topics: readonly string[], pattern: string | null): string {
  return `${topics.join(' ')}\n${pattern ?? ''}`;
}
