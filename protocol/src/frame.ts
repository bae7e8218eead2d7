// Frames: a 4-byte big-endian length, then so many bytes of payload. Bytes in, payloads out;
// no socket, and no look into the payload. The limit is checked before anything is allocated.

import { MillraceError } from './errors.ts';
import { LIMITS } from './limits.ts';

export const FRAME_LENGTH_BYTES = 4;

/** A frame that spans chunks is gathered in a buffer of at most this size at first, which then doubles. */
const FIRST_GATHER_BYTES = 1024 * 1024;

/** What a frame decoder can be told. */
export interface FrameDecoderOptions {
  readonly frameBytesMax?: number | undefined;
  /** The memory of a chunk is used again after `push`: every payload is a copy. Default false. */
  readonly reusesChunks?: boolean | undefined;
}

/**
 * Cuts a stream of chunks into payloads. A payload is a view of the chunk it came in, or a buffer of its own where it
 * spanned chunks or chunks are reused. After it has thrown, it throws the same error for ever.
 */
export class FrameDecoder {
  private readonly frameBytesMax: number;
  private readonly reusesChunks: boolean;
  /** The payload that has begun and is not complete, and how much of it is here. */
  private gathered: Uint8Array | undefined;
  private gatheredBytes = 0;
  private payloadBytes = 0;
  private lengthValue = 0;
  private lengthBytes = 0;
  private failure: MillraceError | undefined;

  constructor(options: FrameDecoderOptions = {}) {
    this.frameBytesMax = options.frameBytesMax ?? LIMITS.frameBytesMax;
    this.reusesChunks = options.reusesChunks ?? false;
  }

  /** Bytes of an incomplete frame that are held now. */
  get bufferedBytes(): number {
    return this.lengthBytes + this.gatheredBytes;
  }

  /** Announced length of the frame that has begun; 0: there is none, or its length is not whole yet. */
  get announcedBytes(): number {
    return this.lengthBytes === FRAME_LENGTH_BYTES ? this.payloadBytes : 0;
  }

  /** The payloads that this chunk completes. Throws FRAME_TOO_LARGE or MALFORMED_FRAME. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.failure !== undefined) throw this.failure;
    const payloads: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.lengthBytes < FRAME_LENGTH_BYTES) {
        at = this.readLength(chunk, at);
        continue;
      }
      const missing = this.payloadBytes - this.gatheredBytes;
      const end = Math.min(chunk.length, at + missing);
      if (end - at === this.payloadBytes) {
        const payload = chunk.subarray(at, end);
        payloads.push(this.reusesChunks ? Buffer.from(payload) : payload);
      } else {
        this.gather(chunk.subarray(at, end));
        if (this.gatheredBytes === this.payloadBytes) payloads.push(this.takeGathered());
      }
      if (end - at === missing) this.lengthBytes = 0;
      at = end;
    }
    return payloads;
  }

  private readLength(chunk: Uint8Array, from: number): number {
    let at = from;
    while (this.lengthBytes < FRAME_LENGTH_BYTES && at < chunk.length) {
      this.lengthValue = this.lengthValue * 256 + (chunk[at] as number);
      this.lengthBytes += 1;
      at += 1;
    }
    if (this.lengthBytes === FRAME_LENGTH_BYTES) {
      this.payloadBytes = this.lengthValue;
      this.lengthValue = 0;
      this.checkLength(this.payloadBytes);
    }
    return at;
  }

  private checkLength(length: number): void {
    if (length > this.frameBytesMax) {
      this.failure = new MillraceError('FRAME_TOO_LARGE', `The frame is ${length} bytes long.`, {
        limit: `${this.frameBytesMax} bytes`,
      });
    } else if (length === 0) {
      this.failure = new MillraceError('MALFORMED_FRAME', 'The frame is empty.');
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Memory follows the bytes that came, not the length that was announced. */
  private gather(part: Uint8Array): void {
    // A frame that stops after its first part costs no more than that part.
    if (this.gathered === undefined && !this.reusesChunks) {
      this.gathered = part;
      this.gatheredBytes = part.length;
      return;
    }
    const needed = this.gatheredBytes + part.length;
    if (this.gathered === undefined || this.gathered.length < needed) {
      const room = Math.max(FIRST_GATHER_BYTES, needed, 2 * this.gatheredBytes);
      const grown = Buffer.allocUnsafeSlow(Math.min(this.payloadBytes, room));
      if (this.gathered !== undefined) grown.set(this.gathered.subarray(0, this.gatheredBytes));
      this.gathered = grown;
    }
    this.gathered.set(part, this.gatheredBytes);
    this.gatheredBytes = needed;
  }

  private takeGathered(): Uint8Array {
    const payload = this.gathered as Uint8Array;
    this.gathered = undefined;
    this.gatheredBytes = 0;
    return payload;
  }
}
