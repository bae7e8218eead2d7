// Frames of the pipe to a Java client: bytes in, frames out. The other end is bench/peers/java/pipe/Pipe.java, which has
// the same numbers. No process in it.

export const TO_JAVA = { open: 1, send: 2, close: 3 } as const;
export const FROM_JAVA = { ready: 1, acknowledged: 2, failed: 3, values: 4, closed: 5 } as const;

export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly body: Buffer;
}

/** Length, kind, number. */
const HEAD_BYTES = 9;
/** What the length counts beside the body. */
const COUNTED_BYTES = 5;

export function encodeText(kind: number, id: number, text: string): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(text));
  writeHead(frame, kind, id);
  frame.write(text, HEAD_BYTES);
  return frame;
}

export function encodeSend(
  id: number,
  sequence: number,
  values: readonly Uint8Array[],
  alone: boolean,
): Buffer {
  let bytes = HEAD_BYTES + 9;
  for (const value of values) bytes += 4 + value.length;
  const frame = Buffer.allocUnsafe(bytes);
  writeHead(frame, TO_JAVA.send, id);
  let at = frame.writeInt32BE(sequence, HEAD_BYTES);
  at = frame.writeUInt8(alone ? 1 : 0, at);
  at = frame.writeUInt32BE(values.length, at);
  for (const value of values) {
    at = frame.writeUInt32BE(value.length, at);
    frame.set(value, at);
    at += value.length;
  }
  return frame;
}

function writeHead(frame: Buffer, kind: number, id: number): void {
  frame.writeUInt32BE(frame.length - HEAD_BYTES + COUNTED_BYTES, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32BE(id, 5);
}

/** Views into the body, not copies. */
export function decodeValues(body: Buffer): Uint8Array[] {
  const values: Uint8Array[] = [];
  const count = body.readUInt32BE(0);
  let at = 4;
  for (let i = 0; i < count; i++) {
    const length = body.readUInt32BE(at);
    values.push(new Uint8Array(body.buffer, body.byteOffset + at + 4, length));
    at += 4 + length;
  }
  return values;
}

export class FrameReader {
  private chunks: Buffer[] = [];
  private bytes = 0;
  /** Bytes that a whole frame needs, as far as known. */
  private wanted = HEAD_BYTES;

  *read(chunk: Buffer): Generator<Frame> {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    while (this.bytes >= this.wanted) {
      // Joined only when a frame is complete: a large one arrives in many pieces.
      const joined =
        this.chunks.length === 1
          ? (this.chunks[0] as Buffer)
          : Buffer.concat(this.chunks, this.bytes);
      const length = HEAD_BYTES - COUNTED_BYTES + joined.readUInt32BE(0);
      if (joined.length < length) {
        this.chunks = [joined];
        this.wanted = length;
        return;
      }
      const rest = joined.subarray(length);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.bytes = rest.length;
      this.wanted = HEAD_BYTES;
      yield {
        kind: joined.readUInt8(4),
        id: joined.readUInt32BE(5),
        body: joined.subarray(HEAD_BYTES, length),
      };
    }
  }
}
