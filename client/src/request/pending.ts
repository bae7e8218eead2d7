// Requests that wait for their replies: each ends with its reply, its time or its sender's word, and leaves no timer.

import { MillraceError } from '@millrace/protocol';
import type { Message } from '../message.ts';
import { REPLY_HEADERS } from '../worker/reply.ts';

/** The worker rejected the request; the message says why. */
export class RequestRejected extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'RequestRejected';
  }
}

interface Waiter<A> {
  readonly timer: NodeJS.Timeout;
  resolve(value: A): void;
  reject(error: unknown): void;
}

export class Pending<A> {
  private readonly waiters = new Map<string, Waiter<A>>();

  expect(correlationId: string, timeoutMs: number): Promise<A> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const text = `No reply came within ${timeoutMs} ms; the request may still be worked on.`;
        this.fail(correlationId, new MillraceError('DEADLINE_EXCEEDED', text));
      }, timeoutMs);
      this.waiters.set(correlationId, { timer, resolve, reject });
    });
  }

  has(correlationId: string): boolean {
    return this.waiters.has(correlationId);
  }

  /** Replies of other requesters, and those that came too late, are passed over. */
  take(message: Message<A>): void {
    const correlationId = message.header(REPLY_HEADERS.correlationId);
    const waiter = correlationId === undefined ? undefined : this.forget(correlationId);
    if (waiter === undefined) return;
    const error = message.header(REPLY_HEADERS.error);
    if (error !== undefined) {
      waiter.reject(new RequestRejected(error));
      return;
    }
    try {
      waiter.resolve(message.value);
    } catch (failure) {
      waiter.reject(failure);
    }
  }

  fail(correlationId: string, error: unknown): void {
    this.forget(correlationId)?.reject(error);
  }

  failAll(error: unknown): void {
    for (const correlationId of this.waiters.keys()) this.fail(correlationId, error);
  }

  forget(correlationId: string): Waiter<A> | undefined {
    const waiter = this.waiters.get(correlationId);
    if (waiter === undefined) return undefined;
    clearTimeout(waiter.timer);
    this.waiters.delete(correlationId);
    return waiter;
  }
}
