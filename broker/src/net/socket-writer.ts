// The replies of one connection on their way into its socket: collected in a turn, written one piece after the other, and
// counted until the client took them. It knows no request.

import type { Socket } from 'node:net';
import type { NetMetrics } from '../metrics/request-metrics.ts';
import { Outbox } from './outbox.ts';
import type { Flushable, TurnFlusher } from './turn-flusher.ts';

export interface WriterOwner {
  /** The client took something. */
  onWritten(): void;
  /** Nothing is left to write. */
  onEmpty(): void;
}

export class SocketWriter implements Flushable {
  readonly #socket: Socket;
  readonly #flusher: TurnFlusher;
  readonly #metrics: NetMetrics;
  readonly #owner: WriterOwner;
  readonly #outbox = new Outbox();
  #isWriting = false;
  #writingBytes = 0;
  #isFlushScheduled = false;
  #isClosed = false;
  #progressAtMs = 0;

  constructor(socket: Socket, flusher: TurnFlusher, metrics: NetMetrics, owner: WriterOwner) {
    this.#socket = socket;
    this.#flusher = flusher;
    this.#metrics = metrics;
    this.#owner = owner;
  }

  /** Replies that the client has not taken, as far as we can see: the system's buffers hide some. */
  get unsentBytes(): number {
    return this.#outbox.bytes + this.#writingBytes;
  }

  /** When the client last took something, or had everything. */
  get progressAtMs(): number {
    return this.#progressAtMs;
  }

  write(part: Uint8Array): void {
    if (this.unsentBytes === 0) this.#progressAtMs = performance.now();
    this.#outbox.push(part);
    this.#metrics.unsentBytes += part.length;
    if (this.#isWriting || this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    this.#flusher.schedule(this);
  }

  flush(): void {
    this.#isFlushScheduled = false;
    this.#writeNext();
  }

  /** What is ready goes out, and `onEmpty` follows. */
  finish(): void {
    if (!this.#isFlushScheduled) this.#writeNext();
  }

  /** The socket is gone. */
  close(): void {
    this.#isClosed = true;
    this.#metrics.unsentBytes -= this.unsentBytes;
  }

  #writeNext(): void {
    if (this.#isWriting || this.#isClosed) return;
    const before = this.#outbox.bytes;
    const pieces = this.#outbox.take();
    const last = pieces.pop();
    if (last === undefined) {
      this.#owner.onEmpty();
      return;
    }
    this.#isWriting = true;
    this.#writingBytes = before - this.#outbox.bytes;
    // Corked: all of them leave in one call of the system.
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.write(last, this.#onWritten);
    this.#socket.uncork();
  }

  readonly #onWritten = (error?: Error | null): void => {
    const bytes = this.#writingBytes;
    this.#isWriting = false;
    this.#writingBytes = 0;
    if (this.#isClosed) return;
    this.#metrics.unsentBytes -= bytes;
    if (error !== undefined && error !== null) return;
    this.#metrics.sentBytes += bytes;
    this.#progressAtMs = performance.now();
    this.#writeNext();
    this.#owner.onWritten();
  };
}
