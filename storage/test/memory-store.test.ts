import { expect, it } from 'vitest';
import { MemoryStore } from '../src/memory-store.ts';
import { FaultyStore } from '../src/testing/faulty-store.ts';
import { describeStore } from './conformance.ts';

describeStore('memory', async () => new MemoryStore());
describeStore('faulty, without faults', async () => new FaultyStore(new MemoryStore()));

it('a memory store counts its free bytes down from its capacity', async () => {
  const store = new MemoryStore({ capacityBytes: 1_000 });
  await store.commit([{ table: 'batches', key: [1, 0, 0], value: new Uint8Array(400) }]);
  expect(store.usage()).toEqual({
    fileBytes: 400,
    journalBytes: 0,
    freeBytes: 600,
    reusableBytes: 0,
  });
  await store.commit([{ table: 'batches', key: [1, 0, 0], value: new Uint8Array(100) }]);
  expect(store.usage()).toEqual({
    fileBytes: 100,
    journalBytes: 0,
    freeBytes: 900,
    reusableBytes: 0,
  });
  await store.commit([{ table: 'batches', key: [1, 0, 0], value: undefined }]);
  expect(store.usage()).toEqual({
    fileBytes: 0,
    journalBytes: 0,
    freeBytes: 1_000,
    reusableBytes: 0,
  });
});
