// The outbox: whatever the frames, the pieces are the same bytes; small ones joined, large ones not copied.

import { array, assert, boolean, nat, oneof, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from '../src/net/outbox.ts';

function drain(outbox: Outbox): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let piece = outbox.take(); piece !== undefined; piece = outbox.take()) pieces.push(piece);
  return pieces;
}

test('pieces are the frames, byte for byte, with pushes between takes', () => {
  const size = oneof(nat(50), nat(40_000), nat(600_000));
  assert(
    property(array(tuple(size, boolean()), { maxLength: 40 }), (steps) => {
      const outbox = new Outbox();
      const pushed: Uint8Array[] = [];
      const pieces: Uint8Array[] = [];
      let fill = 0;
      for (const [bytes, take] of steps) {
        fill += 1;
        const frame = Buffer.alloc(bytes + 1, fill);
        pushed.push(frame);
        outbox.push(frame);
        const piece = take ? outbox.take() : undefined;
        if (piece !== undefined) pieces.push(piece);
        const sum = (all: readonly Uint8Array[]) => all.reduce((n, { length }) => n + length, 0);
        expect(outbox.bytes).toBe(sum(pushed) - sum(pieces));
      }
      pieces.push(...drain(outbox));
      expect(outbox.bytes).toBe(0);
      expect(Buffer.compare(Buffer.concat(pieces), Buffer.concat(pushed))).toBe(0);
      for (const { length } of pieces) expect(length).toBeLessThanOrEqual(256 * 1024);
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
  expect(pieces.map(({ length }) => length)).toEqual([10, 262_144, 262_144, 262_144, 213_568]);
  for (const piece of pieces.slice(1)) expect(piece.buffer).toBe(frame.buffer);
});
