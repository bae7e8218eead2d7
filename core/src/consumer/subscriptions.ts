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
  readonly subscription: Subscription;
  members: number;
}

/** The subscriptions of one group's members. */
export class Subscriptions {
  readonly #counted = new Map<string, Counted>();

  /** The one that members have already, or a new one. */
  find(topics: readonly string[], pattern: string | null): Subscription {
    return this.#counted.get(keyOf(topics, pattern))?.subscription ?? { topics, pattern };
  }

  /** A member has it from now on; gives the object to keep. */
  take(topics: readonly string[], pattern: string | null): Subscription {
    const key = keyOf(topics, pattern);
    let counted = this.#counted.get(key);
    if (counted === undefined) {
      counted = { subscription: { topics, pattern }, members: 0 };
      this.#counted.set(key, counted);
    }
    counted.members += 1;
    return counted.subscription;
  }

  release({ topics, pattern }: Subscription): void {
    const key = keyOf(topics, pattern);
    const counted = this.#counted.get(key);
    assert(counted !== undefined && counted.members > 0, 'what is released was taken');
    counted.members -= 1;
    if (counted.members === 0) this.#counted.delete(key);
  }

  /** Each once. */
  *all(): Generator<Subscription> {
    for (const { subscription } of this.#counted.values()) yield subscription;
  }
}

function keyOf(topics: readonly string[], pattern: string | null): string {
  return `${topics.join(' ')}\n${pattern ?? ''}`;
}
