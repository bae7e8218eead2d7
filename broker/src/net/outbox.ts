// Replies on their way to one socket: frames or parts of them in, pieces to write out. Small ones leave joined, large
// ones in slices of their own memory, so that progress shows and nothing large is copied. It knows no socket.

/** Frames below this are copied together. */
const SMALL_BYTES = 16 * 1024;
const JOINED_BYTES_MAX = 64 * 1024;
/** What a client has to take before more is handed to the system. */
const WRITE_BYTES_MAX = 256 * 1024;
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

  /** The pieces of the next write; none where there is nothing. */
  take(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let room = WRITE_BYTES_MAX;
    for (let frame = this.#next; frame !== undefined && room > 0; frame = this.#next) {
      const isSmall = this.#offset === 0 && frame.length < SMALL_BYTES;
      if (isSmall && frame.length > room) break;
      const piece = isSmall ? this.#join(frame, room) : this.#slice(frame, room);
      pieces.push(piece);
      room -= piece.length;
    }
    this.#bytes -= WRITE_BYTES_MAX - room;
    this.#forgetTaken();
    return pieces;
  }

  get #next(): Uint8Array | undefined {
    return this.#frames[this.#first];
  }

  #slice(frame: Uint8Array, room: number): Uint8Array {
    const end = Math.min(frame.length, this.#offset + room);
    const piece = frame.subarray(this.#offset, end);
    if (end === frame.length) {
      this.#first += 1;
      this.#offset = 0;
    } else {
      this.#offset = end;
    }
    return piece;
  }

  #join(frame: Uint8Array, room: number): Uint8Array {
    const bytesMax = Math.min(JOINED_BYTES_MAX, room);
    const from = this.#first;
    let total = 0;
    let next: Uint8Array | undefined = frame;
    while (next !== undefined && next.length < SMALL_BYTES && total + next.length <= bytesMax) {
      total += next.length;
      this.#first += 1;
      next = this.#next;
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
