import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FrameDecoder } from '../src/frame.ts';
import { codeOf, errorOf, runs } from './fuzz.ts';

function frame(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

function lengthOnly(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('FrameDecoder', () => {
  it('gives the payloads of all frames in one chunk', () => {
    const payloads = [Buffer.from('a'), Buffer.from('bc'), Buffer.alloc(300, 7)];
    const decoder = new FrameDecoder();
    expect(decoder.push(Buffer.concat(payloads.map(frame)))).toEqual(payloads);
    expect(decoder.bufferedBytes).toBe(0);
  });

  it('takes a byte at a time', () => {
    const stream = Buffer.concat([frame(Buffer.from('hello')), frame(Buffer.from('x'))]);
    const decoder = new FrameDecoder();
    const got = [...stream].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
    expect(got.map(text)).toEqual(['hello', 'x']);
  });

  it('gives the same payloads however the stream is cut', () => {
    const cases = fc.tuple(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 }),
      fc.array(fc.nat(400), { maxLength: 40 }),
    );
    fc.assert(
      fc.property(cases, ([payloads, cuts]) => {
        const stream = Buffer.concat(payloads.map(frame));
        const decoder = new FrameDecoder();
        const got: Uint8Array[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          got.push(...decoder.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        expect(got.map((payload) => Buffer.from(payload))).toEqual(
          payloads.map((payload) => Buffer.from(payload)),
        );
        expect(decoder.bufferedBytes).toBe(0);
      }),
      runs(300),
    );
  });

  it('throws nothing but FRAME_TOO_LARGE and MALFORMED_FRAME on any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
        const decoder = new FrameDecoder({ frameBytesMax: 100 });
        const code = codeOf(() => chunks.map((chunk) => decoder.push(chunk)));
        expect([undefined, 'FRAME_TOO_LARGE', 'MALFORMED_FRAME']).toContain(code);
        expect(decoder.bufferedBytes).toBeLessThanOrEqual(104);
      }),
      runs(300),
    );
  });

  it('accepts the longest frame and refuses one byte more, before it allocates', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const longest = new FrameDecoder({ frameBytesMax: 10 });
    expect(longest.push(frame(Buffer.alloc(10)))).toHaveLength(1);
    const decoder = new FrameDecoder({ frameBytesMax: 10 });
    const error = errorOf(() => decoder.push(lengthOnly(11)));
    expect(error?.code).toBe('FRAME_TOO_LARGE');
    expect(error?.detail.limit).toBe('10 bytes');
    expect(allocate).not.toHaveBeenCalled();
  });

  it('reads lengths above 2^31 as what they are', () => {
    expect(codeOf(() => new FrameDecoder().push(lengthOnly(0xffff_ffff)))).toBe('FRAME_TOO_LARGE');
  });

  it('refuses an empty frame', () => {
    expect(codeOf(() => new FrameDecoder().push(lengthOnly(0)))).toBe('MALFORMED_FRAME');
  });

  it('stays broken once it has thrown', () => {
    const decoder = new FrameDecoder({ frameBytesMax: 10 });
    const first = errorOf(() => decoder.push(lengthOnly(11)));
    expect(errorOf(() => decoder.push(frame(Buffer.from('a'))))).toBe(first);
  });

  it('lets memory follow the bytes that came, not the length announced', () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const decoder = new FrameDecoder();
    decoder.push(lengthOnly(16 * 1024 * 1024));
    expect(allocate).not.toHaveBeenCalled();
    // One part is kept as it came; whoever sends more has meant it.
    decoder.push(Buffer.alloc(10));
    expect(allocate).not.toHaveBeenCalled();
    decoder.push(Buffer.alloc(10));
    expect(allocate.mock.calls).toEqual([[1024 * 1024]]);
  });

  it('copies a frame of many chunks a few times in all, not once a chunk', () => {
    const payload = Buffer.alloc(12 * 1024 * 1024, 3);
    const stream = frame(payload);
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const decoder = new FrameDecoder();
    const got: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += 4096) {
      got.push(...decoder.push(stream.subarray(at, at + 4096)));
    }
    expect(got).toHaveLength(1);
    expect(payload.equals(got[0] ?? Buffer.alloc(0))).toBe(true);
    const allocated = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0);
    expect(allocated).toBeLessThan(3 * payload.length);
  });

  it('gives payloads that later chunks do not change', () => {
    const decoder = new FrameDecoder();
    const first = frame(Buffer.from('first'));
    const [kept] = [...decoder.push(first.subarray(0, 6)), ...decoder.push(first.subarray(6))];
    decoder.push(frame(Buffer.from('other')).subarray(0, 7));
    expect(text(kept)).toBe('first');
  });

  it('gives copies where chunks are used again', () => {
    for (const size of [5, 10_000]) {
      const decoder = new FrameDecoder({ reusesChunks: true });
      const chunk = Buffer.concat([frame(Buffer.alloc(size, 1)), frame(Buffer.alloc(size, 2))]);
      const payloads = decoder.push(chunk);
      chunk.fill(3);
      expect(payloads).toEqual([Buffer.alloc(size, 1), Buffer.alloc(size, 2)]);
    }
  });
});
