// Memory of batches, used again once the broker has them. What is allocated for each lies outside the heap, where it makes the
// collector run all the time: with records of 10 KiB that was half of a producer's CPU.

/** Smaller ones cost less to allocate than to keep. */
const REUSED_FROM_BYTES = 32 * 1024;
/** So that batches of about the same size fit the same memory. */
const STEP_BYTES = 64 * 1024;
/** Of what is kept together; the rest is let go. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** Memory so many times larger than what is wanted would be wasted on it. */
const WASTE_MAX = 4;

export class BatchMemory {
  /** The one used last is taken first: it is what the caches of the processor have. */
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;

  /** Its content is of any kind. */
  take(bytes: number): Buffer {
    if (bytes < REUSED_FROM_BYTES) return Buffer.allocUnsafe(bytes);
    const last = this.kept.pop();
    if (last !== undefined) {
      this.keptBytes -= last.length;
      if (bytes <= last.length && last.length <= WASTE_MAX * bytes) return last.subarray(0, bytes);
    }
    const room = Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
    return Buffer.allocUnsafeSlow(room).subarray(0, bytes);
  }

  /** Of memory that was taken here, once nobody reads it any more. */
  giveBack({ buffer, length }: Uint8Array): void {
    if (length < REUSED_FROM_BYTES || this.keptBytes + buffer.byteLength > KEPT_BYTES_MAX) return;
    this.kept.push(Buffer.from(buffer as ArrayBuffer));
    this.keptBytes += buffer.byteLength;
  }
}
