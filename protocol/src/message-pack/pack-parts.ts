// A frame in parts: large bytes among the values stay where they are and are sent from there, instead of being copied
// into the frame. Put together the parts are what `packFrame` gives.

import { FRAME_LENGTH_BYTES } from '../frame.ts';
import { packFrame, packValue, writeFrameLength } from './pack-values.ts';

/** Smaller ones are copied: that costs less than a part of its own. */
const LARGE_BYTES = 32 * 1024;

/** The parts follow each other on the wire. Large bytes must not change before all of them have been sent. */
export function packFrameParts(values: readonly unknown[]): Uint8Array[] {
  if (!holdsLarge(values)) return [packFrame(values)];
  const writer = new PartWriter();
  writer.add(values);
  return writer.finish();
}

function isLarge(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= LARGE_BYTES;
}

/** In arrays only: no message has bytes in a map. */
function holdsLarge(value: unknown): boolean {
  return Array.isArray(value) ? value.some((item) => holdsLarge(item)) : isLarge(value);
}

class PartWriter {
  private readonly parts: Uint8Array[] = [];
  /** What belongs to the next part; the first one begins with the length of the frame. */
  private small: Uint8Array[] = [new Uint8Array(FRAME_LENGTH_BYTES)];

  add(value: unknown): void {
    if (isLarge(value)) {
      this.small.push(lengthOf(value.length, 0xc5, 0xc6));
      this.close();
      this.parts.push(value);
    } else if (Array.isArray(value) && holdsLarge(value)) {
      this.small.push(arrayLength(value.length));
      for (const item of value) this.add(item);
    } else {
      // A copy: the next value is packed into the same memory.
      this.small.push(Uint8Array.prototype.slice.call(packValue(value)));
    }
  }

  finish(): Uint8Array[] {
    this.close();
    const { parts } = this;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    writeFrameLength(parts[0] as Uint8Array, bytes - FRAME_LENGTH_BYTES);
    return parts;
  }

  private close(): void {
    if (this.small.length > 0) this.parts.push(Buffer.concat(this.small));
    this.small = [];
  }
}

function arrayLength(count: number): Uint8Array {
  return count < 16 ? Uint8Array.of(0x90 | count) : lengthOf(count, 0xdc, 0xdd);
}

function lengthOf(value: number, tag16: number, tag32: number): Uint8Array {
  if (value < 0x1_0000) return Uint8Array.of(tag16, value >>> 8, value);
  return Uint8Array.of(tag32, value >>> 24, value >>> 16, value >>> 8, value);
}
