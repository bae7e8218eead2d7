// Memory of batches that is used again: what is taken, what is kept, and what may be given back.
import { describe, expect, it } from 'vitest';
import { BatchMemory } from '../src/producer/batch-memory.ts';

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

  it('keeps 16 MiB at most, and nothing small', () => {
    const memory = new BatchMemory();
    const taken = Array.from({ length: 20 }, () => memory.take(MIB));
    for (const each of taken) memory.giveBack(each);
    const again = Array.from({ length: 20 }, () => memory.take(MIB).buffer);
    const kept = taken.filter(({ buffer }) => again.includes(buffer));
    expect(kept).toHaveLength(16);
    const small = memory.take(KIB);
    memory.giveBack(small);
    expect(memory.take(64 * KIB).buffer).not.toBe(small.buffer);
  });
});
