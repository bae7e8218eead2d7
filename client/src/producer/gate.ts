// Who comes first is served first: calls that cannot go on at once pass here one by one, so that order is kept.

import { MillraceError } from '@millrace/protocol';
import { orAborted, settled, throwIfAborted } from '../wait.ts';

export class Gate {
  private readonly waitingBytesMax: number;
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private waitingBytes = 0;

  constructor(waitingBytesMax: number) {
    this.waitingBytesMax = waitingBytesMax;
  }

  /** Nobody waits: a call may go on without passing. */
  get isOpen(): boolean {
    return this.waiting === 0;
  }

  /** All who wait now have passed. */
  async passed(): Promise<void> {
    await this.tail;
  }

  /**
   * Runs `step` after those of all earlier calls. Throws LIMIT_EXCEEDED where callers queue up without waiting for
   * each other, and ABORTED.
   */
  pass<T>(bytes: number, signal: AbortSignal | undefined, step: () => Promise<T>): Promise<T> {
    if (this.waiting > 0 && this.waitingBytes + bytes > this.waitingBytesMax) {
      const text = 'Too many messages wait for room in the producer: await send() before the next.';
      const limit = `${this.waitingBytesMax} bytes waiting`;
      return Promise.reject(new MillraceError('LIMIT_EXCEEDED', text, { limit }));
    }
    this.waiting += 1;
    this.waitingBytes += bytes;
    const passing = this.after(this.tail, bytes, signal, step);
    this.tail = settled(passing);
    return orAborted(passing, signal);
  }

  private async after<T>(
    earlier: Promise<void>,
    bytes: number,
    signal: AbortSignal | undefined,
    step: () => Promise<T>,
  ): Promise<T> {
    try {
      await earlier;
      throwIfAborted(signal);
      return await step();
    } finally {
      this.waiting -= 1;
      this.waitingBytes -= bytes;
    }
  }
}
