// Packing and unpacking of whole payloads through msgpackr, held to standard MessagePack: no records, no extensions.
// Callers give only null, booleans, numbers, bigints, strings, bytes, arrays and Maps.

import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';
import { MillraceError } from '../errors.ts';
import { FRAME_LENGTH_BYTES } from '../frame.ts';
import { LIMITS } from '../limits.ts';

const OPTIONS = { useRecords: false, mapsAsObjects: false, int64AsType: 'number' } as const;
const packr = new Packr({ ...OPTIONS });
const unpackr = new Unpackr({ ...OPTIONS });

/** A frame: the length prefix and the values as one array. */
export function packFrame(values: readonly unknown[]): Uint8Array {
  const frame = packr.pack(values, RESERVE_START_SPACE + FRAME_LENGTH_BYTES);
  const length = frame.length - FRAME_LENGTH_BYTES;
  if (length > LIMITS.frameBytesMax) {
    throw new MillraceError('FRAME_TOO_LARGE', `The frame would be ${length} bytes long.`, {
      limit: `${LIMITS.frameBytesMax} bytes`,
    });
  }
  frame[0] = length >>> 24;
  frame[1] = (length >>> 16) & 0xff;
  frame[2] = (length >>> 8) & 0xff;
  frame[3] = length & 0xff;
  return frame;
}

/** Unpacks what `checkMessagePack` let through. Byte fields are views of `payload`; maps are Maps. */
export function unpackChecked(payload: Uint8Array): unknown {
  return unpackr.unpack(payload);
}
