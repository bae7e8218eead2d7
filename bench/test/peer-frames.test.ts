import { describe, expect, it } from 'vitest';
import {
  decodeValues,
  encodeSend,
  encodeText,
  type Frame,
  FrameReader,
  TO_JAVA,
} from '../peers/src/java/frames.ts';

const VALUES = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(5_000, 7)];

function framesOf(bytes: Buffer, pieceBytes: number): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    frames.push(...reader.read(bytes.subarray(at, at + pieceBytes)));
  }
  return frames;
}

describe('frames to and from a Java client of a peer', () => {
  const bytes = Buffer.concat([
    encodeText(TO_JAVA.open, 3, 'what=sender\n'),
    encodeSend(3, 9, VALUES, true),
    encodeText(TO_JAVA.close, 3, ''),
  ]);

  it.each([1, 7, 4_096, bytes.length])('come out whole from pieces of %i bytes', (pieceBytes) => {
    const [open, send, close, ...others] = framesOf(bytes, pieceBytes);
    expect(others).toEqual([]);
    expect([open?.kind, open?.id, open?.body.toString()]).toEqual([1, 3, 'what=sender\n']);
    expect([close?.kind, close?.id, close?.body.length]).toEqual([3, 3, 0]);
    expect(send?.kind).toBe(TO_JAVA.send);
    expect([send?.body.readInt32BE(0), send?.body.readUInt8(4)]).toEqual([9, 1]);
    // After the sequence and the flag come values as they come back.
    expect(
      decodeValues(send?.body.subarray(5) as Buffer).map((value) => Buffer.from(value)),
    ).toEqual(VALUES);
  });

  it('wait for the rest of a frame', () => {
    expect(framesOf(bytes.subarray(0, bytes.length - 1), bytes.length)).toHaveLength(2);
  });
});
