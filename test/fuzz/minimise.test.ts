// The fuzzer itself: what fails is made small, and what does not is not taken for a fault.

import { Random } from '@millrace/harness';
import { expect, test } from 'vitest';
import { batchOf } from './support/batches.ts';
import { damagedBytes } from './support/damage.ts';
import { minimised, type Target } from './support/fuzz.ts';
import { ODD_VALUES, pack } from './support/pack.ts';

test('an input of which two bytes matter becomes those two bytes', async () => {
  const target: Target = {
    name: 'a pair',
    make: (random) => Buffer.concat([batchOf(random), Buffer.from([0x13, 0x37]), batchOf(random)]),
    faultOf: (input) =>
      Buffer.from(input).includes(Buffer.from([0x13, 0x37])) ? 'a pair' : undefined,
  };
  const input = target.make(new Random(5));
  expect([...(await minimised(target, input))]).toEqual([0x13, 0x37]);
});

test('one seed, one input', () => {
  const make = (seed: number) => damagedBytes(new Random(seed), batchOf(new Random(seed)));
  expect(make(3)).toEqual(make(3));
  expect(make(3)).not.toEqual(make(4));
});

test('what is packed is MessagePack, longer than it need be or not', () => {
  const value = [1, -1, 200, 70_000, 2 ** 40, -70_000, 1.5, 'a', null, true, Buffer.from([1])];
  expect(pack(value).toString('hex')).toBe(
    '9b01ffcd00c8ce00011170cf0000010000000000d3fffffffffffeee90cb3ff8000000000000a161c0c3c40101',
  );
  expect(pack(new Map([['a', [ODD_VALUES[0] ?? null]]])).toString('hex')).toBe('81a16191c1');
});
