// One call of a handler: its messages, its context, and how the messages are resolved when it ends.

import { MillraceError } from '@millrace/protocol';
import type { AckResult } from '../queue/ack.ts';
import type { HeldMessage, Lease } from '../queue/lease.ts';
import type { Verdict } from './verdict.ts';

/** What a handler gets beside its messages. */
export interface HandlerContext {
  /** Aborted when a lease of the messages is lost, or when the worker closes and its time is over. */
  readonly signal: AbortSignal;
  /** A longer lease for the messages, ms from now; the worker extends leases by itself all the while. */
  readonly extend: (ms: number) => Promise<number>;
}

export type Resolved<V> = (
  message: HeldMessage<V>,
  verdict: Verdict,
  error: MillraceError | undefined,
) => void;

export class Job<V> implements HandlerContext {
  readonly messages: readonly HeldMessage<V>[];
  private controller: AbortController | undefined;
  private abortedWith: unknown;

  constructor(messages: readonly HeldMessage<V>[]) {
    this.messages = messages;
    for (const message of messages) message.onLost = (error) => this.abort(error);
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

  abort(reason: unknown): void {
    this.abortedWith ??= reason;
    this.controller?.abort(reason);
  }

  /**
   * Says the same of all messages the handler left open; neighbours of one lease go as one range. `resolved` hears of
   * every message: of those the handler resolved itself at once.
   */
  resolve(verdict: Verdict, resolved: Resolved<V>): void {
    let from = 0;
    while (from < this.messages.length) {
      const message = this.messages[from] as HeldMessage<V>;
      const end = this.runEnd(from);
      if (end > from) this.resolveRun(this.messages.slice(from, end), verdict, resolved);
      else if (message.state === 'lost')
        resolved(message, verdict, new MillraceError('STALE_LEASE'));
      else resolved(message, { kind: message.said ?? 'accept' }, undefined);
      from = Math.max(end, from + 1);
    }
  }

  /** The end of the run of open messages of one lease that begins at `from`; `from` where there is none. */
  private runEnd(from: number): number {
    const first = this.messages[from] as HeldMessage<V>;
    let end = from;
    for (;;) {
      const message = this.messages[end];
      if (message?.state !== 'held' || message.lease !== first.lease) return end;
      if (message.offset !== first.offset + (end - from)) return end;
      end += 1;
    }
  }

  private resolveRun(
    run: readonly HeldMessage<V>[],
    verdict: Verdict,
    resolved: Resolved<V>,
  ): void {
    const first = run[0] as HeldMessage<V>;
    const last = run.at(-1) as HeldMessage<V>;
    const lease: Lease<V> = first.lease;
    for (const message of run) {
      message.state = 'resolving';
      message.said = verdict.kind;
    }
    const settle = (result: AckResult) => {
      for (const message of run) {
        message.settle(result);
        resolved(message, verdict, failureOf(message, result));
      }
    };
    const range = { firstOffset: first.offset, lastOffset: last.offset };
    lease.acknowledger.add({ lease, ...range, ...verdict, settle });
  }
}

function failureOf<V>(message: HeldMessage<V>, result: AckResult): MillraceError | undefined {
  if (result.requestError !== undefined) return result.requestError;
  if (result.failures.length === 0) return undefined;
  const { offset } = message;
  return result.failures.find((f) => f.firstOffset <= offset && offset <= f.lastOffset)?.error;
}
