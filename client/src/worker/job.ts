// One call of a handler: its messages and its context. It decides nothing about the messages.

import { MillraceError } from '@millrace/protocol';
import type { Bagged } from '../bag.ts';
import type { Message } from '../message.ts';
import type { OutgoingMessage } from '../producer/outgoing.ts';
import type { HeldMessage, Holder } from '../queue/lease.ts';
import type { Effects, Once } from './effects.ts';
import type { Outbox } from './outbox.ts';

/** What a handler gets beside its messages. */
export interface HandlerContext {
  /** Aborted when a lease of the messages is lost, or when the worker closes and its time is over. */
  readonly signal: AbortSignal;
  /** A longer lease for the messages, ms from now; the worker extends leases by itself all the while. */
  readonly extend: (ms: number) => Promise<number>;
  /**
   * With `transactional`: sends messages together with the acknowledgement, in one commit, and only if the handler does not
   * throw. Throws CODEC_FAILED, MESSAGE_TOO_LARGE, LIMIT_EXCEEDED at once; INVALID_REQUEST without `transactional`.
   */
  readonly send: (...messages: readonly OutgoingMessage<unknown>[]) => void;
  /**
   * Runs `run` unless it was done before under this key in this group, and gives what came of it, now or then. That it was
   * done is recorded in the same commit as the acknowledgement. Throws RetryAfter while somebody else is at it: let it
   * pass, and the message comes again when their claim ends. What `run` throws is thrown on, and its claim given up.
   */
  readonly once: Once;
}

export interface JobTools {
  readonly isTransactional: boolean;
  /** `cause`: what the handler was called with. */
  newOutbox(cause: readonly Message<unknown>[]): Outbox;
  newEffects(): Effects;
}

export class Job<V> implements HandlerContext, Holder<V>, Bagged {
  bagIndex = -1;
  readonly messages: readonly HeldMessage<V>[];
  /** What the handler claimed, where it did. */
  effects: Effects | undefined;
  private readonly tools: JobTools;
  private controller: AbortController | undefined;
  private abortedWith: unknown;
  private sends: Outbox | undefined;
  private isOver = false;

  constructor(messages: readonly HeldMessage<V>[], tools: JobTools) {
    this.messages = messages;
    this.tools = tools;
    for (const message of messages) message.holder = this;
  }

  lost(_message: HeldMessage<V>, error: MillraceError): void {
    this.abort(error);
  }

  /** Made at first use: most handlers never ask. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.abortedWith !== undefined) this.controller.abort(this.abortedWith);
    }
    return this.controller.signal;
  }

  get extend(): (ms: number) => Promise<number> {
    return async (ms) => {
      const held = this.messages.filter(({ state }) => state === 'held');
      const deadlines = await Promise.all(held.map((message) => message.extend(ms)));
      return Math.min(...deadlines);
    };
  }

  get send(): HandlerContext['send'] {
    return (...messages) => {
      if (this.isOver) throw new MillraceError('CLIENT_CLOSED', 'The handler has ended.');
      if (!this.tools.isTransactional) throw notTransactional();
      for (const message of messages) this.outbox.add(message);
    };
  }

  get once(): Once {
    return (key, run, options) => {
      this.effects ??= this.tools.newEffects();
      // One that the end of the handler has not seen: nobody would tell of it, and its claim would never end.
      if (this.isOver) this.effects.stop();
      return this.effects.once(key, run, options);
    };
  }

  get outbox(): Outbox {
    this.sends ??= this.tools.newOutbox(this.messages);
    return this.sends;
  }

  /** The handler has failed: nothing is sent. */
  dropOutbox(): void {
    this.sends = undefined;
  }

  /** The handler has ended. True where its messages end in a transaction. */
  over(): boolean {
    this.isOver = true;
    return this.effects !== undefined || (this.sends !== undefined && !this.sends.isEmpty);
  }

  abort(reason: unknown): void {
    this.abortedWith ??= reason;
    this.controller?.abort(reason);
  }
}

export function notTransactional(): MillraceError {
  const text = 'Only a worker with transactional: true sends messages.';
  return new MillraceError('INVALID_REQUEST', text, { field: 'transactional' });
}
