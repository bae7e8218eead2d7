// The bytes that a consumer may hold ahead of its handlers: what is fetched and not yet handed out, and what requests on
// their way may bring. It asks nobody.

import { LIMITS } from '@millrace/protocol';

/** Two requests may be on their way, and there has to be room for them beside what is being read. */
const PARTS = 4;

export class FetchBudget {
  readonly bytesMax: number;
  /** Told when there is room again after a request found none. */
  onRoom: () => void = () => {};
  private held = 0;
  private reserved = 0;
  private isShort = false;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** What is fetched and not yet done with. */
  get heldBytes(): number {
    return this.held;
  }

  /**
   * What a request for so many bytes may bring: its first batch comes whole. A batch that is larger than a quarter of the
   * budget is the one thing that may exceed it.
   */
  sizeOf(requestBytes: number): number {
    return Math.max(requestBytes, Math.min(LIMITS.batchBytesMax, this.partBytes));
  }

  /** No request asks for more. */
  get partBytes(): number {
    return Math.max(1, Math.floor(this.bytesMax / PARTS));
  }

  /** False: there is no room now. */
  reserve(bytes: number): boolean {
    this.isShort = this.held + this.reserved + bytes > this.bytesMax;
    if (!this.isShort) this.reserved += bytes;
    return !this.isShort;
  }

  release(bytes: number): void {
    this.reserved -= bytes;
    this.look();
  }

  hold(bytes: number): void {
    this.held += bytes;
  }

  letGo(bytes: number): void {
    this.held -= bytes;
    this.look();
  }

  /** Not for every byte: a request is worth its while when it may bring something. */
  private look(): void {
    if (!this.isShort) return;
    if (this.held > 0 && (this.held + this.reserved) * 2 > this.bytesMax) return;
    this.isShort = false;
    this.onRoom();
  }
}
