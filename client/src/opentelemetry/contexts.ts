// Which contexts messages are worked on in, while that may still be asked: those of calls of handlers, and of leased
// messages until they are settled. It is bounded: of messages that nobody settles the oldest are forgotten.

import type { Context, SpanContext } from '@opentelemetry/api';
import type { Message } from '../message.ts';

/** What a message that is held was made and is worked on in. */
export interface Held {
  readonly topic: string;
  readonly origin: SpanContext | undefined;
  readonly work: SpanContext | undefined;
  /** A handler works on it; otherwise whoever received it, anywhere. */
  readonly isHandled: boolean;
}

export class Contexts {
  readonly #calls = new WeakMap<readonly Message<unknown>[], Context>();
  readonly #held = new Map<string, Held>();
  readonly #heldMax: number;

  constructor(heldMax: number) {
    this.#heldMax = heldMax;
  }

  get size(): number {
    return this.#held.size;
  }

  /** A handler is called with these, in this context. */
  called(messages: readonly Message<unknown>[], context: Context): void {
    this.#calls.set(messages, context);
  }

  of(cause: readonly Message<unknown>[] | undefined): Context | undefined {
    return cause && this.#calls.get(cause);
  }

  hold(id: string, held: Held): void {
    // At its end again: the order is that of age.
    this.#held.delete(id);
    this.#held.set(id, held);
    if (this.#held.size <= this.#heldMax) return;
    const [oldest] = this.#held.keys();
    this.#held.delete(oldest as string);
  }

  /** It is settled, or about to be. */
  release(id: string): Held | undefined {
    const held = this.#held.get(id);
    this.#held.delete(id);
    return held;
  }
}
