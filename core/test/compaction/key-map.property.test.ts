// The map of keys against a plain one: keys are told apart by all their bytes, and none is forgotten when it grows.
import { equal } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyMap } from '../../src/index.ts';

const key = fc.oneof(
  fc.uint8Array({ maxLength: 3, max: 2 }),
  fc.integer({ min: 0, max: 5_000 }).map((i) => Uint8Array.from(Buffer.from(`key-${i}`))),
);

it('knows the newest offset of each key [G-40]', () => {
  const scene = fc.record({
    keys: fc.array(key, { maxLength: 3_000, size: 'max' }),
    seed: fc.integer(),
    pad: fc.nat({ max: 3 }),
  });
  const property = fc.property(scene, ({ keys, seed, pad }) => {
    const map = new KeyMap(seed);
    const plain = new Map<string, number>();
    for (const [offset, bytes] of keys.entries()) {
      const inside = new Uint8Array(pad + bytes.length + 2);
      inside.set(bytes, pad);
      const name = Buffer.from(bytes).toString('hex');
      equal(map.get(inside, pad, pad + bytes.length), plain.get(name) ?? -1);
      map.set(inside, pad, pad + bytes.length, offset, offset);
      plain.set(name, offset);
    }
    expect(map.size).toBe(plain.size);
    for (const [name, offset] of plain) {
      const bytes = Buffer.from(name, 'hex');
      equal(map.get(bytes, 0, bytes.length), offset);
    }
  });
  fc.assert(property, { numRuns: 50 });
});

it('is full by keys or by their bytes [G-46]', () => {
  const map = new KeyMap(1, { keys: 2, keyBytes: 10 });
  const set = (text: string, offset: number) =>
    map.set(Buffer.from(text), 0, text.length, offset, 0);
  set('a', 1);
  set('a', 2);
  expect(map.isFull).toBe(false);
  set('b', 3);
  expect(map.isFull).toBe(true);
  const other = new KeyMap(1, { keys: 9, keyBytes: 10 });
  other.set(Buffer.from('0123456789'), 0, 10, 1, 0);
  expect(other.isFull).toBe(true);
});
