// Packing and unpacking of whole payloads through msgpackr, held to standard MessagePack: no records, no extensions.
// Callers give only null, booleans, numbers, bigints, strings, bytes, arrays and Maps.

import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';
import { MillraceError } from '../errors.ts';
import { FRAME_LENGTH_BYTES } from '../frame.ts';
import { LIMITS } from '../limits.ts';

const OPTIONS = { useRecords: false, mapsAsObjects: false, int64AsType: 'number' } as const;
const RESERVED = RESERVE_START_SPACE + FRAME_LENGTH_BYTES;
const packr = new Packr({ ...OPTIONS });
const unpackr = new Unpackr({ ...OPTIONS });

/** Byte fields from this size on are worth a buffer of the right size: msgpackr would take four times as much. */
const LARGE_BYTES = 16 * 1024;
/** What msgpackr begins with, and leaves free at the end. */
const ROOM_BYTES = 8 * 1024;
const SPARE_BYTES = 2 * 1024;
const SCALAR_BYTES_MAX = 9;
const HEAD_BYTES_MAX = 5;

/** A frame: the length prefix and the values as one array. */
export function packFrame(values: readonly unknown[]): Uint8Array {
  if (!holdsLarge(values)) return framed(packr.pack(values, RESERVED));
  packr.useBuffer(Buffer.allocUnsafeSlow(packedBytesMax(values) + SPARE_BYTES));
  try {
    return framed(packr.pack(values, RESERVED));
  } finally {
    // Small frames shall not keep a large buffer alive, nor have others of its size made.
    packr.useBuffer(Buffer.allocUnsafeSlow(ROOM_BYTES));
  }
}

function holdsLarge(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length >= LARGE_BYTES;
  return Array.isArray(value) && value.some(holdsLarge);
}

/** At most so many bytes, for values without Maps; more is found room for as it comes. */
function packedBytesMax(value: unknown): number {
  if (value instanceof Uint8Array) return HEAD_BYTES_MAX + value.length;
  if (typeof value === 'string') return HEAD_BYTES_MAX + 3 * value.length;
  if (!Array.isArray(value)) return SCALAR_BYTES_MAX;
  let bytes = HEAD_BYTES_MAX;
  for (const item of value) bytes += packedBytesMax(item);
  return bytes;
}

function framed(frame: Uint8Array): Uint8Array {
  writeFrameLength(frame, frame.length - FRAME_LENGTH_BYTES);
  return frame;
}

/** One value; its memory is used again by the next one that is packed. */
export function packValue(value: unknown): Uint8Array {
  return packr.pack(value);
}

/** Throws FRAME_TOO_LARGE. */
export function writeFrameLength(frame: Uint8Array, length: number): void {
  if (length > LIMITS.frameBytesMax) {
    throw new MillraceError('FRAME_TOO_LARGE', `The frame would be ${length} bytes long.`, {
      limit: `${LIMITS.frameBytesMax} bytes`,
    });
  }
  frame[0] = length >>> 24;
  frame[1] = (length >>> 16) & 0xff;
  frame[2] = (length >>> 8) & 0xff;
  frame[3] = length & 0xff;
}

/** Unpacks what `checkMessagePack` let through. Byte fields are views of `payload`; maps are Maps. */
export function unpackChecked(payload: Uint8Array): unknown {
  return unpackr.unpack(payload);
}
