// Replies on their way to one socket: frames in, pieces to write out. Small frames leave joined, large ones in slices
// of their own memory, so that progress shows and nothing large is copied. It knows no socket.

/** Frames below this are copied together. */
const SMALL_BYTES = 16 * 1024;
const JOINED_BYTES_MAX = 64 * 1024;
/** What a client has to take before the next piece is handed to the system. */
const SLICE_BYTES_MAX = 256 * 1024;
/** Below so many frames taken the list is not worth cutting; above, it is once they are half of it. */
const TAKEN_MIN = 256;

export class Outbox {
  #frames: Uint8Array[] = [];
  /** The first frame that has not left, and how much of it has. */
  #first = 0;
  #offset = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  /** The next piece to write, or undefined where there is none. */
  take(): Uint8Array | undefined {
    const frame = this.#frames[this.#first];
    if (frame === undefined) return undefined;
    const piece =
      this.#offset > 0 || frame.length >= SMALL_BYTES ? this.#slice(frame) : this.#join(frame);
    this.#bytes -= piece.length;
    this.#forgetTaken();
    return piece;
  }

  #slice(frame: Uint8Array): Uint8Array {
    const end = Math.min(frame.length, this.#offset + SLICE_BYTES_MAX);
    const piece = frame.subarray(this.#offset, end);
    if (end === frame.length) {
      this.#first += 1;
      this.#offset = 0;
    } else {
      this.#offset = end;
    }
    return piece;
  }

  #join(frame: Uint8Array): Uint8Array {
    const from = this.#first;
    let total = 0;
    let next: Uint8Array | undefined = frame;
    while (
      next !== undefined &&
      next.length < SMALL_BYTES &&
      total + next.length <= JOINED_BYTES_MAX
    ) {
      total += next.length;
      this.#first += 1;
      next = this.#frames[this.#first];
    }
    if (this.#first - from === 1) return frame;
    return Buffer.concat(this.#frames.slice(from, this.#first), total);
  }

  #forgetTaken(): void {
    if (this.#first === this.#frames.length) {
      this.#frames = [];
      this.#first = 0;
    } else if (this.#first >= TAKEN_MIN && 2 * this.#first >= this.#frames.length) {
      this.#frames = this.#frames.slice(this.#first);
      this.#first = 0;
    }
  }
}
