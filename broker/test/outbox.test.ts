// The outbox: whatever the frames, the pieces are the same bytes; small ones joined, large ones not copied.

import { array, assert, boolean, nat, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from '../src/net/outbox.ts';

function drain(outbox: Outbox): Uint8Array[] {
  return drainWrites(outbox).flat();
}

function drainWrites(outbox: Outbox): Uint8Array[][] {
  const writes: Uint8Array[][] = [];
  for (let pieces = outbox.take(); pieces.length > 0; pieces = outbox.take()) writes.push(pieces);
  return writes;
}

const bytesOf = (all: readonly Uint8Array[]) => all.reduce((sum, { length }) => sum + length, 0);

test('pieces are the frames, byte for byte, with pushes between takes', () => {
  const size = oneof(nat(50), nat(40_000), nat(600_000));
  assert(
    property(array(tuple(size, boolean()), { maxLength: 40 }), (steps) => {
      const outbox = new Outbox();
      const pushed: Uint8Array[] = [];
      const writes: Uint8Array[][] = [];
      let fill = 0;
      for (const [bytes, take] of steps) {
        fill += 1;
        const frame = Buffer.alloc(bytes + 1, fill);
        pushed.push(frame);
        outbox.push(frame);
        if (take) writes.push(outbox.take());
        expect(outbox.bytes).toBe(bytesOf(pushed) - bytesOf(writes.flat()));
      }
      writes.push(...drainWrites(outbox));
      expect(outbox.bytes).toBe(0);
      expect(Buffer.compare(Buffer.concat(writes.flat()), Buffer.concat(pushed))).toBe(0);
      for (const write of writes) expect(bytesOf(write)).toBeLessThanOrEqual(256 * 1024);
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('a thousand small frames leave in a few pieces', () => {
  const outbox = new Outbox();
  for (let i = 0; i < 1_000; i += 1) outbox.push(Buffer.alloc(100));
  expect(drain(outbox).length).toBe(2);
});

test('a large frame is sliced, not copied', () => {
  const outbox = new Outbox();
  const frame = Buffer.alloc(1_000_000);
  outbox.push(Buffer.alloc(10));
  outbox.push(frame);
  const pieces = drain(outbox);
  expect(pieces.map(({ length }) => length)).toEqual([10, 262_134, 262_144, 262_144, 213_578]);
  for (const piece of pieces.slice(1)) expect(piece.buffer).toBe(frame.buffer);
});

test('the parts of a reply leave in one write, the large ones from where they are', () => {
  const outbox = new Outbox();
  const parts = [10, 100_000, 8, 100_000, 4].map((bytes) => Buffer.alloc(bytes));
  for (const part of parts) outbox.push(part);
  const [write, ...others] = drainWrites(outbox);
  expect(others).toEqual([]);
  // Not the bytes: a deep comparison of large buffers takes seconds.
  expect(write?.length).toBe(parts.length);
  for (const [i, { buffer, byteOffset, length }] of parts.entries()) {
    expect(write?.[i]?.buffer).toBe(buffer);
    expect([write?.[i]?.byteOffset, write?.[i]?.length]).toEqual([byteOffset, length]);
  }
});
