// What came in on one socket and was not dispatched: a frame that has begun, and requests in their order. With what waits
// for its reply it is counted in the memory of all connections; a large frame is read on when there is room for it.

import { FrameDecoder, LIMITS, MillraceError } from '@millrace/protocol';
import type { Peer } from '../dispatch/peer.ts';
import { payerOf } from '../quotas/payer-of.ts';
import type { RequestBudget } from './request-budget.ts';

/** Requests that are kept while nothing may be dispatched; then the socket is read no further. */
const BACKLOG_BYTES_MAX = 64 * 1024;
/** Frames up to this do not ask for room: small requests go on also while large ones wait. */
const SMALL_FRAME_BYTES = 64 * 1024;
/** What the requests of a connection that wait for replies may hold when memory is short: beyond it no more are begun. */
const WAITING_BYTES_WHEN_CROWDED = 16 * 1024;

export class Inbox {
  readonly #budget: RequestBudget;
  readonly #peer: Pick<Peer, 'waiting' | 'greeted' | 'info'>;
  readonly #onRoom: () => void;
  readonly #decoder = new FrameDecoder({ frameBytesMax: LIMITS.frameBytesMax });
  #requests: Uint8Array[] = [];
  /** Those before it were taken. */
  #next = 0;
  #bytes = 0;
  /** Whether the length of the frame that has begun was seen, and what is counted for it. */
  #isFrameKnown = false;
  #frameBytes = 0;
  /** In whose name it waits for room. */
  #asksFor: string | undefined;
  #frameBeganAtMs = 0;
  #stoppedAtMs: number | undefined;
  #countedBytes = 0;

  constructor(
    budget: RequestBudget,
    peer: Pick<Peer, 'waiting' | 'greeted' | 'info'>,
    onRoom: () => void,
  ) {
    this.#budget = budget;
    this.#peer = peer;
    this.#onRoom = onRoom;
  }

  get isEmpty(): boolean {
    return this.#next === this.#requests.length;
  }

  /** Nothing is here, and nothing has begun. */
  get isIdle(): boolean {
    return this.isEmpty && this.#decoder.bufferedBytes === 0;
  }

  /** Below the bound it reads on although nothing is dispatched: otherwise a close would go unnoticed. */
  get mayRead(): boolean {
    return this.#asksFor === undefined && this.#bytes < BACKLOG_BYTES_MAX;
  }

  /** So much waits for replies that nothing more is begun while memory is short. */
  get isCrowded(): boolean {
    return this.#budget.isFull && this.#peer.waiting.bytes >= WAITING_BYTES_WHEN_CROWDED;
  }

  /** Whether requests came with it. Throws FRAME_TOO_LARGE or MALFORMED_FRAME. */
  push(chunk: Uint8Array, nowMs: number): boolean {
    const isInFrame = this.#decoder.bufferedBytes > 0;
    const requests = this.#decoder.push(chunk);
    for (const request of requests) {
      this.#requests.push(request);
      this.#bytes += request.length;
    }
    if (requests.length > 0 || !isInFrame) this.#beginFrame(nowMs);
    if (!this.#isFrameKnown && this.#decoder.announcedBytes > 0) this.#learnFrame();
    this.count();
    return requests.length > 0;
  }

  take(): Uint8Array | undefined {
    const request = this.#requests[this.#next];
    if (request === undefined) return undefined;
    this.#next += 1;
    this.#bytes -= request.length;
    if (this.#next === this.#requests.length) this.#forgetTaken();
    return request;
  }

  /** Brings what all connections hold up to date; called when requests were begun or answered. */
  count(): void {
    const bytes = this.#frameBytes + this.#bytes + this.#peer.waiting.bytes;
    if (bytes === this.#countedBytes) return;
    this.#budget.add(bytes - this.#countedBytes);
    this.#countedBytes = bytes;
  }

  /** The socket is read no further, or again: the time in between is not the client's. */
  stopped(nowMs: number): void {
    this.#stoppedAtMs = nowMs;
  }

  resumed(nowMs: number): void {
    if (this.#stoppedAtMs === undefined) return;
    this.#frameBeganAtMs += nowMs - this.#stoppedAtMs;
    this.#stoppedAtMs = undefined;
  }

  /** How long the client has been at the frame that has begun, ms; 0: there is none. */
  frameAgeMs(nowMs: number): number {
    if (this.#decoder.bufferedBytes === 0) return 0;
    return (this.#stoppedAtMs ?? nowMs) - this.#frameBeganAtMs;
  }

  /** Nothing of it will be dispatched. What waits for replies counts until it is answered. */
  clear(): void {
    if (this.#asksFor !== undefined) this.#budget.forget(this.#asksFor, this);
    this.#asksFor = undefined;
    this.#frameBytes = 0;
    this.#bytes = 0;
    this.#forgetTaken();
    this.count();
  }

  #forgetTaken(): void {
    this.#requests = [];
    this.#next = 0;
  }

  #beginFrame(nowMs: number): void {
    this.#frameBytes = 0;
    this.#isFrameKnown = false;
    this.#frameBeganAtMs = nowMs;
  }

  #learnFrame(): void {
    const bytes = this.#decoder.announcedBytes;
    this.#isFrameKnown = true;
    if (bytes <= SMALL_FRAME_BYTES) {
      this.#frameBytes = bytes;
      return;
    }
    // A Hello that came with it has not been looked at yet.
    if (!this.#peer.greeted && this.isEmpty) throw tooLargeForHello(bytes);
    this.#asksFor = payerOf(this.#peer.info);
    const isIn = this.#budget.ask(this.#asksFor, this, bytes, () => {
      this.#letIn(bytes);
      this.#onRoom();
    });
    if (isIn) this.#letIn(bytes);
  }

  #letIn(bytes: number): void {
    this.#asksFor = undefined;
    this.#frameBytes = bytes;
    this.#countedBytes += bytes;
  }
}

/** Nobody holds memory before it has said who it is. */
function tooLargeForHello(bytes: number): MillraceError {
  const limit = `${SMALL_FRAME_BYTES} bytes before Hello`;
  return new MillraceError('FRAME_TOO_LARGE', `The frame is ${bytes} bytes long.`, { limit });
}
