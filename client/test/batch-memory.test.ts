// Memory of batches that is used again: what is taken, what is kept, and what may be given back.
import { BatchBuilder, MillraceError } from '@millrace/protocol';
import { describe, expect, it } from 'vitest';
import { Batch } from '../src/producer/batch.ts';
import { BatchMemory } from '../src/producer/batch-memory.ts';
import { Lane } from '../src/producer/lane.ts';
import { Places } from '../src/producer/places.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;

describe('BatchMemory', () => {
  it('gives what was given back to the next batch of about the same size', () => {
    const memory = new BatchMemory();
    const first = memory.take(MIB);
    memory.giveBack(first);
    const second = memory.take(MIB - 10 * KIB);
    expect(second.buffer).toBe(first.buffer);
    expect(second).toHaveLength(MIB - 10 * KIB);
  });

  it('never gives the same memory twice', () => {
    const memory = new BatchMemory();
    const first = memory.take(MIB);
    memory.giveBack(first);
    const buffers = [memory.take(MIB), memory.take(MIB), memory.take(MIB)].map(
      (each) => each.buffer,
    );
    expect(new Set(buffers).size).toBe(3);
  });

  it('takes other memory for a batch that would not fit, or would waste most of it', () => {
    const memory = new BatchMemory();
    const first = memory.take(MIB);
    memory.giveBack(first);
    expect(memory.take(2 * MIB).buffer).not.toBe(first.buffer);
    const large = memory.take(2 * MIB);
    memory.giveBack(large);
    expect(memory.take(100 * KIB).buffer).not.toBe(large.buffer);
  });

  it('finds what fits behind what does not', () => {
    const memory = new BatchMemory();
    const [large, small] = [memory.take(MIB), memory.take(64 * KIB)];
    memory.giveBack(large);
    memory.giveBack(small);
    expect(memory.take(MIB).buffer).toBe(large.buffer);
    expect(memory.take(64 * KIB).buffer).toBe(small.buffer);
  });

  it('keeps 16 MiB at most: the newest', () => {
    const memory = new BatchMemory();
    const taken = Array.from({ length: 20 }, () => memory.take(MIB));
    for (const each of taken) memory.giveBack(each);
    const again = Array.from({ length: 20 }, () => memory.take(MIB).buffer);
    const isKept = taken.map(({ buffer }) => again.includes(buffer));
    expect(isKept).toEqual(taken.map((_, at) => at >= 4));
  });

  it('keeps nothing small, whose memory others may share', () => {
    const memory = new BatchMemory();
    const small = Buffer.from(new ArrayBuffer(MIB), 0, KIB);
    memory.giveBack(small);
    expect(memory.take(MIB).buffer).not.toBe(small.buffer);
  });
});

describe('the memory of a batch', () => {
  const PLACES = new Places(1, 0, {
    baseOffset: 0,
    appendTimeMs: 1,
    duplicates: null,
  });
  const lane = new Lane({ openBatch: notAsked, sealBatch: notAsked }, 't', 0);

  function sealed(): Batch {
    const batch = new Batch(lane, new BatchBuilder(), 0, 1_000);
    batch.add({ value: Buffer.alloc(100 * KIB, 'x') }, 1);
    batch.seal(undefined, new BatchMemory());
    return batch;
  }

  it('is free once the broker has appended what was sent once, and then only once', () => {
    const batch = sealed();
    const { bytes } = batch;
    expect(batch.takeMemory()).toBeUndefined();
    batch.appended(PLACES);
    expect(batch.takeMemory()).toBe(bytes);
    expect(batch.takeMemory()).toBeUndefined();
  });

  it('is not free where it was sent again: a copy may wait for a socket', () => {
    const batch = sealed();
    batch.attempts = 1;
    batch.appended(PLACES);
    expect(batch.takeMemory()).toBeUndefined();
  });

  it('is not free where it failed, whatever comes later', () => {
    const batch = sealed();
    batch.failed(new MillraceError('DEADLINE_EXCEEDED'));
    expect(batch.takeMemory()).toBeUndefined();
    batch.appended(PLACES);
    expect(batch.takeMemory()).toBeUndefined();
  });
});

function notAsked(): never {
  throw new Error('nobody asks the lane for a batch here');
}
