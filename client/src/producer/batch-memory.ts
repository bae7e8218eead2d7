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

/** A length that is reused means an ArrayBuffer of its own, from its first byte: smaller ones may share one. */
export class BatchMemory {
  /** The newest last: it is taken first, for it is what the caches of the processor have. */
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;

  /** Its content is of any kind. */
  take(bytes: number): Buffer {
    if (bytes < REUSED_FROM_BYTES) return Buffer.allocUnsafe(bytes);
    const fits = ({ length }: Buffer) => bytes <= length && length <= WASTE_MAX * bytes;
    const at = this.kept.findLastIndex(fits);
    const [found] = at === -1 ? [] : this.kept.splice(at, 1);
    this.keptBytes -= found?.length ?? 0;
    const room = Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
    return (found ?? Buffer.allocUnsafeSlow(room)).subarray(0, bytes);
  }

  /** Of memory that was taken here, once nobody reads it any more. */
  giveBack({ buffer, length }: Uint8Array): void {
    if (length < REUSED_FROM_BYTES) return;
    this.kept.push(Buffer.from(buffer as ArrayBuffer));
    this.keptBytes += buffer.byteLength;
    // The oldest goes: it may be of a size that no batch has any more.
    while (this.keptBytes > KEPT_BYTES_MAX) this.keptBytes -= this.kept.shift()?.length ?? 0;
  }
}

/** Of all producers of the process: many of them that are idle keep no more than one. */
export const batchMemory = new BatchMemory();
